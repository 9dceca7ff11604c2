import assert from 'node:assert/strict';
import type { Explanation } from '../../../src/journey/report.ts';
import type { FrameEvent, LabEvent } from '../../../src/lab/events.ts';
import { diffPlans } from '../../../src/lab/topology/diff.ts';
import { buildUdp } from '../../../src/packet/build.ts';
import { frameHash } from '../../../src/packet/hash.ts';
import { ask } from '../asking.ts';
import { reportOf } from '../build-report.ts';
import { dnatTable, drTable, natTable, Story, type PacketName, type Table, type Tamper } from '../oracle.ts';
import { dnatText, drText, ip, macOf, natText, planOf } from '../plans.ts';

const dr = planOf(drText);
const dnat = planOf(dnatText);
const lostAt =
  (leg: number): Tamper =>
  (step) => {
    step.lost = step.leg === leg;
  };
const atDirector =
  (decision: Parameters<Tamper>[0]['decision']): Tamper =>
  (step) => {
    step.ends = step.leg === 1;
    if (step.ends) step.decision = decision;
  };
const unknown = atDirector({ relation: 'dropped', rule: 'no-entry', reason: 'no-connection' });
const told = (story: Story): readonly Explanation[] => {
  // Long after: nothing is under way.
  const timeNs = story.events.at(-1)!.timeNs + 1e9;
  return reportOf({
    plan: story.plan,
    events: [...story.events, { kind: 'node', timeNs, node: 'client', state: 'running' }],
  }).explanations;
};
const codes = (story: Story) => told(story).map(({ code }) => code);

describe('a connection that the director does not know any more', () => {
  const timeouts = dr.nodes.find(({ name }) => name === 'director')!.forwarder!.timeouts;
  const opened: readonly PacketName[] = ['syn', 'syn-ack', 'ack'];
  const reset: Tamper = (step) => {
    if (step.name === 'fin') step.flags = 4;
  };

  /** The last of what passed came to the director so long before the packet that it does not know. */
  function idle(names: readonly PacketName[], ns: number, table: Table = drTable(), tamper?: Tamper): Story {
    const story = new Story(table.request.length === 3 && table.request[1]!.segment === 'middle' ? dnat : dr);
    story.talk(table, names, tamper);
    const isThere = (event: LabEvent) =>
      event.kind === 'frame' && event.node === 'director' && event.direction === 'in';
    // A frame takes 55 microseconds from node to node.
    story.nowNs = story.events.findLast(isThere)!.timeNs + ns - 2 * 55_000;
    return story.talk(table, ['ack-ok'], unknown);
  }

  const rows: readonly (readonly [
    state: keyof typeof timeouts,
    names: readonly PacketName[],
    tamper?: Tamper,
  ])[] = [
    ['synReceived', ['syn']],
    ['established', opened],
    ['established', ['syn', 'syn-ack', 'get']],
    ['established', [...opened, 'get', 'ok', 'ack-ok']],
    ['finWait', [...opened, 'fin']],
    ['close', [...opened, 'fin'], reset],
  ];
  for (const [state, names, tamper] of rows)
    it(`after ${names.join(', ')}${tamper ? ' (a reset)' : ''} was forgotten by the timer ${state}, and not a moment before`, () => {
      // Of several that may have been running, the first that is short enough.
      const ns = timeouts[state] * 1e6;
      const [explanation] = told(idle(names, ns, drTable(), tamper));
      assert.equal(explanation!.code, 'idle-timeout');
      assert.equal(explanation!.setting, `nodes.director.timeouts.${state}`);
      assert.equal(explanation!.params['state'], state);
      assert.equal(explanation!.params['timeout'], `${timeouts[state] / 1000}s`);
      assert.equal(explanation!.params['client'], '10.0.1.10:40001');
      const before = told(idle(names, ns - 1, drTable(), tamper));
      assert.notEqual(before[0]?.params['state'], state);
    });

  it('is known by both directions, as far as they pass the director', () => {
    const ns = timeouts.close * 1e6;
    const story = idle(['syn', 'rst'], ns, dnatTable());
    assert.equal(told(story).find(({ code }) => code === 'idle-timeout')?.params['state'], 'close');
  });

  it('is told of, also when the answer is there already; what stops a new one is not', () => {
    for (const [decision, code] of [
      [{ relation: 'dropped', rule: 'no-entry', reason: 'no-connection' }, 'no-connection'],
      [{ relation: 'answered', rule: 'no-entry' }, 'no-connection'],
      [{ relation: 'dropped', rule: 'established', reason: 'server-removed' }, 'server-removed'],
      [{ relation: 'dropped', rule: 'schedule', reason: 'table-full' }, undefined],
    ] as const) {
      const story = new Story(dr).talk(drTable()).talk(drTable(), ['ack-ok'], atDirector(decision));
      assert.deepEqual(codes(story), code ? [code] : [], code);
    }
  });

  it('and never did, is another thing', () => {
    const [explanation, ...others] = told(new Story(dr).talk(drTable(), ['ack'], unknown));
    assert.deepEqual([explanation!.code, others], ['no-connection', []]);
    assert.deepEqual(explanation!.params, { node: 'director', client: '10.0.1.10:40001' });
    // What it dropped, or what came to somebody else, is nothing that it knew.
    const late = new Story(dr).talk(drTable(), ['syn'], unknown);
    late.nowNs += 1e15;
    assert.deepEqual(codes(late.talk(drTable(), ['ack'], unknown)), ['no-connection']);
  });

  it('of datagrams goes by the timer udp', () => {
    const plan = planOf(
      drText
        .replace('port: 80,', 'port: 80, protocol: udp,')
        .replace('inside: 10.0.2.2 }', 'inside: 10.0.2.2 }, timeouts: { udp: 10s }'),
    );
    const story = new Story(plan);
    const send = (id: number, isKnown: boolean) => {
      let before: Uint8Array | undefined;
      const ways = [
        ['client', 'router', 'outside', 64],
        ['router', 'director', 'inside', 63],
        ['director', 'rs1', 'inside', 62],
      ] as const;
      for (const [from, to, segment, ttl] of ways) {
        const bytes = buildUdp({
          ethernet: { source: macOf(plan, from, segment), destination: macOf(plan, to, segment) },
          ip: {
            source: ip('10.0.1.10'),
            destination: ip('10.0.2.100'),
            ttl,
            id,
          },
          udp: { sourcePort: 40001, destinationPort: 80 },
          payload: new Uint8Array(8),
        });
        if (from === 'director') {
          const framesIn = [frameHash(before!, 0, before!.length)];
          if (!isKnown) {
            story.decide(from, { framesIn, relation: 'dropped', rule: 'no-entry', reason: 'no-connection' });
            break;
          }
          const framesOut = [frameHash(bytes, 0, bytes.length)];
          story.decide(from, { framesIn, framesOut, rule: 'schedule', server: 'rs1', connection: 1 });
        }
        story.frame(from, to, segment, bytes);
        before = bytes;
      }
    };
    send(1, true);
    story.nowNs += 10e9;
    send(2, false);
    const [explanation] = told(story);
    assert.deepEqual([explanation?.code, explanation?.params['state']], ['idle-timeout', 'udp']);
  });
});

describe('a director that knows no way back', () => {
  it('to the client, whose reply it was', () => {
    const story = new Story(dnat).talk(dnatTable(), ['syn']).talk(dnatTable(), ['syn-ack'], (step) => {
      step.ends = step.leg === 0;
      step.decision = { relation: 'dropped', rule: 'reply', reason: 'no-route', service: 'service' };
    });
    const [explanation] = told(story);
    assert.equal(explanation?.code, 'no-route');
    assert.equal(explanation.params['address'], '10.0.1.10');
  });
});

describe('a director that is silent', () => {
  const silent = (times: number, tell: (story: Story) => void = () => undefined): Story => {
    const story = new Story(dr);
    tell(story);
    for (let i = 0; i < times; i++, story.nowNs += 1e9) story.talk(drTable(), ['syn'], lostAt(1));
    return story;
  };
  const state = (value: 'stopped' | 'running') => (story: Story) =>
    void story.events.push({ kind: 'node', timeNs: 1, node: 'director', state: value });

  it('is down by two frames that it did not get, or by one where it is known not to run', () => {
    assert.deepEqual(codes(silent(1)), []);
    assert.deepEqual(codes(silent(2)), ['director-down']);
    assert.deepEqual(codes(silent(1, state('running'))), []);
    assert.deepEqual(codes(silent(1, state('stopped'))), ['director-down']);
  });

  it('by one where its interface is down, which is its setting', () => {
    const story = new Story(
      planOf(drText.replace('inside: 10.0.2.2 ', 'inside: { address: 10.0.2.2, down: true } ')),
    ).talk(drTable(), ['syn'], lostAt(1));
    const [explanation, ...others] = told(story);
    assert.deepEqual([explanation?.code, others], ['director-down', []]);
    assert.equal(explanation!.setting, 'nodes.director.at.inside.down');
  });

  it('is not, when it has sent something since, be it in that moment', () => {
    assert.deepEqual(codes(silent(2).talk(drTable('rs1', 40002), ['syn'])), []);
    const story = new Story(dr).talk(drTable('rs1', 40002), ['syn']);
    const last = story.events.findLast(
      (event): event is FrameEvent =>
        event.kind === 'frame' && event.node === 'director' && event.direction === 'out',
    )!;
    const unheard = silent(2).events.filter((event) => event.kind === 'frame' && event.segment === 'inside');
    story.events.push(...unheard.map((event) => ({ ...event, timeNs: last.timeNs })));
    story.events.sort((one, other) => one.timeNs - other.timeNs);
    assert.deepEqual(codes(story), []);
  });

  it('is not either, when that was of a load', () => {
    const story = silent(2).talk(drTable('rs1', 40002), ['syn']);
    const entry = { load: { connections: 1, durationNs: 1e9 } };
    assert.deepEqual(codes(ask(story, { sourcePort: 40002, entry })), []);
  });

  it('makes those wait whose question nobody answers, and nobody else', () => {
    const story = new Story(dr);
    for (let i = 0; i < 2; i++, story.nowNs += 3e9) story.arp('inside', 'router', '10.0.2.1', '10.0.2.100');
    story.talk(drTable(), ['syn'], (step) => (step.ends = step.leg === 0));
    // For a server itself: it arrives, or does not, all the same.
    const past: Tamper = (step) => (step.destination = ip('10.0.2.11'));
    const straight: Table = { ...drTable('rs1', 40002), request: [drTable('rs1', 40002).request[0]!] };
    story.talk(straight, ['syn'], past);
    const { explanations, flows } = reportOf({
      plan: dr,
      events: [...story.events, { kind: 'node', timeNs: 1e12, node: 'client', state: 'running' }],
    });
    const down = explanations.find(({ code }) => code === 'director-down')!;
    assert.deepEqual(
      down.flows
        .map((id) => flows.find((flow) => flow.id === id)!)
        .map(({ kind, service }) => [kind, service.address]),
      [
        ['arp', '10.0.2.100'],
        ['arp', '10.0.2.100'],
        ['tcp', '10.0.2.100'],
      ],
    );
  });
});

describe('a server with weight 0', () => {
  const text = drText.replace(
    'servers: [rs1, rs2]',
    'persistence: 300s, servers: { rs1: { weight: 0 }, rs2: {} }',
  );
  const drained = planOf(text);

  it('that a new connection of a remembered client is given to, in vain', () => {
    const [explanation] = told(new Story(drained).talk(drTable(), ['syn'], lostAt(2)));
    assert.equal(explanation?.code, 'drained-persistence');
    assert.equal(explanation.setting, 'nodes.director.expireQuiescentTemplate');
    assert.match(explanation.text, /service\.persistence/);
  });

  it('keeps what it had before', () => {
    const story = new Story(dr).talk(drTable(), ['syn', 'syn-ack', 'ack']);
    story.events.push({
      kind: 'plan',
      timeNs: story.nowNs,
      epoch: 1,
      plan: drained,
      changes: diffPlans(dr, drained),
      durationNs: 0,
    });
    story.nowNs += 1e6;
    assert.ok(!codes(story.talk(drTable(), ['get'], lostAt(2))).includes('drained-persistence'));
  });

  it('that answers after all is no mistake', () => {
    const story = new Story(drained).talk(drTable(), ['syn'], lostAt(2));
    story.nowNs += 1e9;
    assert.deepEqual(codes(story.talk(drTable())), []);
  });

  it('of one service may have weight in another', () => {
    const two = planOf(
      text.replace(
        /service: (\{.*\})\n/,
        'services:\n  web: $1\n  mail: { vip: 10.0.2.101, port: 80, servers: [rs1, rs2] }\n',
      ),
    );
    const story = new Story(two).talk(drTable(), ['syn'], (step) => {
      step.destination = ip('10.0.2.101');
      step.lost = step.leg === 2;
    });
    assert.ok(!codes(story).includes('drained-persistence'));
  });
});

describe('a port of the NAT router that hosts share', () => {
  const shared = (text: string, ...ports: readonly number[]) => {
    const story = new Story(planOf(text));
    for (const host of ['pc1', 'pc2'] as const)
      for (const port of ports) story.talk(natTable(host, port, port), ['syn']);
    return told(story).find(({ code }) => code === 'ports-ambiguous');
  };
  const plain = natText.replace('nat: outside', 'nat: outside, translatePorts: false');

  it('is named, the first of several, with its setting where there is one', () => {
    const found = shared(plain, 50000, 50001);
    assert.deepEqual(found?.params, { node: 'nat', port: '50000' });
    assert.equal(found.setting, 'nodes.nat.translatePorts');
    assert.equal(shared(natText, 50000)?.setting, undefined);
  });

  it('is known by the reply that could be of several, when nothing else was seen', () => {
    const story = new Story(planOf(plain)).talk(natTable('pc1', 50000, 50000), ['syn-ack'], (step) => {
      step.ends = step.leg === 0;
      step.decision = { relation: 'dropped', rule: 'nat-in', reason: 'ambiguous-port' };
    });
    assert.deepEqual(
      told(story).map(({ code, params }) => [code, params]),
      [['ports-ambiguous', { node: 'nat', port: '50000' }]],
    );
  });
});

describe('a request that no server was there for', () => {
  for (const [service, setting] of [
    ['service', 'service.servers'],
    ['web', 'services.web.servers'],
    [undefined, undefined],
  ] as const)
    it(`of ${service ?? 'a service that was not told'}`, () => {
      const story = new Story(dr).talk(
        drTable(),
        ['syn'],
        atDirector({
          relation: 'dropped',
          rule: 'schedule',
          reason: 'no-server',
          ...(service && { service }),
        }),
      );
      const [explanation] = told(story);
      assert.equal(explanation?.code, 'no-server');
      assert.equal(explanation.setting, setting);
      assert.deepEqual(explanation.params, { node: 'director', service: service ?? '10.0.2.100' });
    });
});
