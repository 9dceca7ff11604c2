import assert from 'node:assert/strict';
import { inferCaptures } from '../../src/captures/infer-captures.ts';
import type { CaptureSource } from '../../src/captures/source.ts';
import { tellCaptures, type TellOptions } from '../../src/captures/tell-captures.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import type { Report } from '../../src/journey/report.ts';
import type { CaptureRecord } from '../../src/packet/capture.ts';
import { makeTranslate } from '../support/translate.ts';
import { capturedOf, only, undirected, type Captured } from './captured.ts';

/** Between what enters the switch and what leaves it. */
const SWITCHED_NS = 50_000n;

/** What a switch sends to a mirror port of a segment: a copy of each frame, or one as it enters and one as it leaves. */
function mirrorOf(
  { plan, capture }: Captured,
  segment: string,
  times: 1 | 2,
  name = 'span.pcap',
): CaptureSource {
  const names = plan.nodes.map((node) => `${node.name}.${segment}`);
  const { records } = only(capture, names);
  const copies = records.flatMap((record): CaptureRecord[] => {
    if (record.direction !== 'out') return [];
    const copy = { ...undirected(record), interface: 0 };
    return times === 1 ? [copy] : [copy, { ...copy, timeNs: copy.timeNs + SWITCHED_NS }];
  });
  copies.sort((one, other) => Number(one.timeNs - other.timeNs));
  const interfaces = [{ name: '', linkType: 1, snapLength: 0 }];
  return { name, capture: { ...capture, interfaces, records: copies } };
}

/** The recording of one node, as tcpdump writes it, its clock so much ahead. */
function hostFile({ capture }: Captured, point: string, aheadNs = 0n): CaptureSource {
  const own = only(capture, [point], (one) => ({ ...undirected(one), timeNs: one.timeNs + aheadNs }));
  const interfaces = own.interfaces.map((one) => ({ ...one, name: '' }));
  return { name: `${point.split('.')[0]}.pcap`, capture: { ...own, interfaces } };
}

function told(captured: Captured, sources: readonly CaptureSource[], options: TellOptions = {}) {
  const all = tellCaptures(sources, captured.plan, options);
  const { plan, events, points: capturePoints, wholePoints, clockErrorsNs } = all;
  const builder = new JourneyBuilder(plan, {
    ...{ engine: 'capture', startedAt: 'T', translate: makeTranslate('en') },
    ...{ capturePoints, wholePoints, clockErrorsNs },
  });
  builder.add(events);
  return { all, report: builder.report(), codes: all.notes.map(({ code }) => code) };
}

function isTrue({ journeys, promises, explanations, flows }: Report): void {
  assert.deepEqual(
    journeys.filter(
      ({ outcome, retransmission }) => outcome === 'lost' || outcome === 'dropped' || retransmission,
    ),
    [],
  );
  assert.deepEqual(
    promises.filter(({ verdict }) => verdict === 'broken'),
    [],
  );
  assert.deepEqual(explanations, []);
  assert.deepEqual(
    flows.filter(({ outcome }) => !['answered', 'open'].includes(outcome.kind)),
    [],
  );
}

describe('a recording of a mirror port', () => {
  let dr: Captured;
  let nat: Captured;
  before(async () => {
    dr = await capturedOf('dr');
    nat = await capturedOf('nat');
  });

  it('is known by its frames, each of which is told once, as sent, however often it is there', () => {
    for (const times of [1, 2] as const) {
      const mirror = mirrorOf(dr, 'inside', times);
      const { all, report, codes } = told(dr, [mirror]);
      assert.ok(codes.includes('mirrored') && !codes.includes('unknown-interfaces'));
      assert.equal(codes.includes('duplicates'), times === 2);
      const frames = all.events.filter((event) => event.kind === 'frame');
      assert.equal(frames.length, mirror.capture.records.length / times);
      assert.ok(frames.every(({ direction, segment }) => direction === 'out' && segment === 'inside'));
      assert.deepEqual([...all.points], []);
      isTrue(report);
      // A way over the segment is one journey.
      const ways = report.journeys.map(({ hops }) => hops.map(({ from }) => from).join('>'));
      assert.ok(ways.includes('router>director'), ways.join());
    }
  });

  it('is said to be one, where all frames pass one host', () => {
    const { all, report } = told(nat, [mirrorOf(nat, 'inside', 2)], { interfaces: ['span.pcap=*.inside'] });
    assert.deepEqual([...all.points], []);
    assert.ok(all.notes.some(({ code }) => code === 'mirrored'));
    isTrue(report);
    const { notes } = told(nat, [mirrorOf(nat, 'inside', 2)], { interfaces: ['*.inside'] }).all;
    assert.ok(notes.some(({ code }) => code === 'mirrored'));
    assert.equal(
      told(nat, [mirrorOf(nat, 'inside', 1)], { interfaces: ['span.pcap=*.nowhere'] }).all.problem?.code,
      'no-such-point',
    );
  });

  it('fits beside those of hosts, whatever the clocks, and sends nothing a second time', () => {
    for (const times of [1, 2] as const)
      for (const aheadNs of [0n, 3_000_000_000n, -3_000_000_000n]) {
        const sources = [
          mirrorOf(dr, 'inside', times),
          hostFile(dr, 'client1.outside'),
          hostFile(dr, 'rs1.inside', aheadNs),
        ];
        const { all, report } = told(dr, sources);
        assert.deepEqual([...all.points].sort(), ['client1.outside', 'rs1.inside']);
        isTrue(report);
        const server = report.journeys.filter(({ hops }) => hops.some(({ to }) => to === 'rs1'));
        assert.ok(server.some(({ hops, outcome }) => hops[0]!.from === 'client1' && outcome === 'arrived'));
        assert.ok(report.flows.some(({ outcome }) => outcome.kind === 'answered'));
      }
  });

  it('makes no host of its name', () => {
    const { stations } = inferCaptures([mirrorOf(dr, 'inside', 2)]);
    assert.deepEqual(
      [...stations.values()].flatMap(({ host }) => host ?? []),
      [],
    );
  });

  it('takes nothing for a mirror that one host recorded', () => {
    const { codes, all } = told(dr, [hostFile(dr, 'director.inside')]);
    assert.ok(!codes.includes('mirrored'));
    assert.deepEqual([...all.points], ['director.inside']);
  });
});
