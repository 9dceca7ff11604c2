import assert from 'node:assert/strict';
import type { CaptureSource } from '../../../src/captures/source.ts';
import { tellCaptures } from '../../../src/captures/tell-captures.ts';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { FrameEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { setU48, u16 } from '../../../src/packet/bytes.ts';
import { exampleText, runLab } from '../../lab/embedded/testbed.ts';
import { drText, planOf } from '../../journey/plans.ts';
import { makeTranslate } from '../../support/translate.ts';

const once = '\ntraffic: [{ from: client, count: 1 }]\n';
/** What is wrong stands in no file that an operator has. */
const believed = planOf(drText + once);
const framesOf = (text: string) => runLab(planOf(text)).frames();
const at = (node: string, more: string) =>
  drText.replace(new RegExp(`(${node}: .*inside: )(10\\.0\\.2\\.\\d+)`), `$1{ address: $2, ${more} }`) + once;
const sound = framesOf(drText + once);
const isTcp = (bytes: Uint8Array) => bytes[13] === 0 && bytes[23] === 6;

/** As tcpdump would have written it: no names of interfaces, no directions. */
function fileOf(frames: readonly FrameEvent[], node: string): CaptureSource {
  const own = frames.filter((frame) => frame.node === node);
  const segments = [...new Set(own.map(({ segment }) => segment))];
  return {
    name: `${node}.pcap`,
    capture: {
      interfaces: segments.map(() => ({ linkType: 1, snapLength: 65535, name: '' })),
      names: [],
      problems: [],
      records: own.map(({ segment, timeNs, bytes, originalLength }) => ({
        ...{ interface: segments.indexOf(segment), bytes, originalLength, comments: [] },
        timeNs: BigInt(Math.round(timeNs)) + 1_700_000_000_000_000_000n,
      })),
    },
  };
}

/** Codes and the frames that show them, of what these hosts recorded; explanations and broken promises, too. */
function seen(frames: readonly FrameEvent[], plan: Plan, ...nodes: readonly string[]): string[] {
  const told = tellCaptures(
    nodes.map((node) => fileOf(frames, node)),
    plan,
  );
  assert.equal(told.problem, undefined);
  const { points, wholePoints, clockErrorsNs, refs } = told;
  const builder = new JourneyBuilder(told.plan, {
    ...{ engine: 'capture', startedAt: '', translate: makeTranslate('en') },
    ...{ capturePoints: points, wholePoints, clockErrorsNs },
  });
  builder.add(told.events);
  const { explanations, promises } = builder.report();
  const names = (numbers: readonly number[]) =>
    numbers
      .map((number) => {
        const { source, number: own } = refs[number - 1]!;
        return nodes.length > 1 ? `${nodes[source]!}.pcap:${own}` : String(own);
      })
      .join(', ');
  return [
    ...told.observed.map(({ code, params }) => `${code} ${params['node'] ?? ''}: ${params['frames'] ?? ''}`),
    ...explanations.map(({ code, frames: own }) => `${code}: ${names(own)}`),
    ...promises.flatMap(({ id, verdict, evidence }) =>
      verdict === 'broken' ? [`broken ${id}: ${names(evidence)}`] : [],
    ),
  ];
}

describe('what frames show by themselves', () => {
  it('is nothing where all is well', () => {
    for (const name of ['dr', 'tun', 'dnat', 'dnat-plain', 'nat']) {
      const { plan, frames } = runLab(planOf(exampleText(name)));
      const told = tellCaptures(
        plan.nodes.map((node) => fileOf(frames(), node.name)),
        plan,
      );
      assert.deepEqual(told.observed, [], name);
    }
  });

  describe('a question by ARP that nobody answers', () => {
    const frames = framesOf(at('rs1', 'down: true'));

    it('is named at the director, alone and with others', () => {
      assert.deepEqual(seen(frames, believed, 'director'), [
        'observed.no-arp-answer director: 4, 6, 7',
        'observed.came.syn director: 3, 5',
      ]);
      const named = [
        'observed.no-arp-answer director: director.pcap:4, director.pcap:6, director.pcap:7',
        'observed.came.syn director: director.pcap:3, director.pcap:5',
      ];
      assert.deepEqual(seen(frames, believed, 'client', 'director'), named);
      assert.deepEqual(seen(frames, believed, 'client', 'director', 'router'), [
        ...named,
        'no-route: director.pcap:4, director.pcap:6, director.pcap:7',
      ]);
    });

    it('cannot be seen at the client, where its SYN is only known to have left', () => {
      assert.deepEqual(seen(frames, believed, 'client'), ['observed.went.syn client: 3, 4']);
    });

    it('is heard by another host, which would not hear an answer', () => {
      assert.deepEqual(seen(frames, believed, 'rs2'), ['observed.arp-asked rs2: 2, 3, 4']);
    });
  });

  it('a SYN that came to the director, and of which nothing left', () => {
    const frames = framesOf(at('director', 'drop: [tcp]'));
    assert.deepEqual(seen(frames, believed, 'client'), ['observed.went.syn client: 3, 4']);
    assert.deepEqual(seen(frames, believed, 'director'), ['observed.came.syn director: 3, 4']);
    const named = ['observed.came.syn director: director.pcap:3, director.pcap:4'];
    assert.deepEqual(seen(frames, believed, 'client', 'director'), named);
    assert.deepEqual(seen(frames, believed, 'client', 'director', 'rs1'), named);
  });

  it('a SYN that came to a node of which one side alone was captured: where it went is unknown', () => {
    const frames = framesOf(at('director', 'drop: [tcp]')).filter(
      ({ node, segment }) => node !== 'router' || segment === 'outside',
    );
    assert.deepEqual(seen(frames, believed, 'router'), ['observed.came-unknown.syn router: 3, 4']);
  });

  it('a SYN that is sent until its sender gives up, and where it was seen last', () => {
    const frames = framesOf(at('rs1', 'drop: [tcp]'));
    assert.deepEqual(seen(frames, believed, 'client'), ['observed.went.syn client: 3, 4']);
    assert.deepEqual(seen(frames, believed, 'director'), ['observed.went.syn director: 6, 8']);
    assert.deepEqual(seen(frames, believed, 'client', 'director', 'rs1'), [
      'observed.came.syn rs1: rs1.pcap:4, rs1.pcap:5',
    ]);
    const lost = frames.filter(({ node, bytes }) => node !== 'rs1' || !isTcp(bytes));
    assert.deepEqual(seen(lost, believed, 'director', 'rs1'), [
      'observed.not-come.syn director: director.pcap:6, director.pcap:8',
    ]);
  });

  it('an ICMP 3/4: the MTU at the director; at the client that bytes were sent again and again', () => {
    const plan = planOf(exampleText('lessons/tunnel-mtu-filtered'));
    const { frames } = runLab(plan);
    const atDirector = seen(frames(), plan, 'director');
    assert.ok(atDirector.includes('mtu-exceeded: 7, 8, 10, 13, 15, 17'));
    assert.ok(atDirector.includes('observed.came.data director: 7, 13, 15, 17'));
    assert.ok(seen(frames(), plan, 'client').includes('observed.went.data client: 6, 12, 14, 16'));
    for (const nodes of [
      ['client', 'director'],
      ['client', 'director', 'rs1'],
    ])
      assert.ok(seen(frames(), plan, ...nodes).some((one) => /^mtu-exceeded: director\.pcap:7, /.test(one)));
    assert.deepEqual(seen(frames(), plan, 'rs1'), []);
  });

  it('two answers for the VIP, where both came; at the director, which asked for none, nothing', () => {
    const frames = framesOf(exampleText('lessons/vip-not-hidden'));
    const hidden = planOf(exampleText('dr'));
    const isNamed = (found: readonly string[]) => found.some((one) => one.startsWith('vip-two-answers: '));
    assert.ok(isNamed(seen(frames, hidden, 'router')));
    assert.ok(isNamed(seen(frames, hidden, 'router', 'director')));
    assert.ok(isNamed(seen(frames, hidden, 'router', 'director', 'rs1')));
    assert.deepEqual(seen(frames, hidden, 'director'), []);
  });

  it('a reply that comes by the director’s MAC address', () => {
    const director = believed.nodes.find(({ name }) => name === 'director')!.interfaces[0]!;
    const frames = sound.map((frame) => {
      const { node, segment, bytes } = frame;
      if (node !== 'router' || segment !== 'inside' || !isTcp(bytes) || u16(bytes, 34) !== 80) return frame;
      const changed = bytes.slice();
      setU48(changed, 6, director.mac);
      return { ...frame, bytes: changed };
    });
    for (const nodes of [['router'], ['router', 'director'], ['client', 'router', 'rs1']]) {
      const found = seen(frames, believed, ...nodes);
      assert.ok(
        found.some((one) => /^observed\.reply-by-director router: \S/.test(one)),
        nodes.join(),
      );
    }
    assert.deepEqual(seen(frames, believed, 'client'), []);
  });

  it('a checksum that is wrong, and none that a card was to fill in', () => {
    const spoilt = (change: (bytes: Uint8Array) => void) =>
      sound.map((frame) => {
        if (!isTcp(frame.bytes) || frame.bytes[47] !== 2) return frame;
        const bytes = frame.bytes.slice();
        change(bytes);
        return { ...frame, bytes };
      });
    const wrong = spoilt((bytes) => (bytes[50] = bytes[50]! ^ 0x55));
    assert.deepEqual(seen(wrong, believed, 'director'), ['observed.bad-checksum director: 3']);
    assert.deepEqual(seen(wrong, believed, 'client'), []);
    assert.ok(seen(wrong, believed, 'director', 'rs1').includes('observed.bad-checksum rs1: rs1.pcap:4'));
    const header = spoilt((bytes) => (bytes[24] = bytes[24]! ^ 0x55));
    assert.ok(seen(header, believed, 'director').includes('observed.bad-checksum director: 3'));
    const cut = wrong.map((frame) => ({ ...frame, bytes: frame.bytes.slice(0, 54) }));
    assert.ok(!seen(cut, believed, 'director').some((one) => one.startsWith('observed.bad')));
  });
});
