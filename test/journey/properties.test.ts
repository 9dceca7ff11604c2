import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Journey, Report } from '../../src/journey/report.ts';
import type { FrameEvent } from '../../src/lab/events.ts';
import { reportOfEvents } from './build-report.ts';
import { tell, trouble } from './troubles.ts';

/** @param isCapture There records may be missing between two hops, and the second one is then likely, no more. */
function runsForward({ hops }: Journey, isCapture: boolean): void {
  for (let i = 1; i < hops.length; i++) {
    const { timeNs, from, confidence } = hops[i]!;
    assert.ok(timeNs >= hops[i - 1]!.timeNs, 'against time');
    const follows = hops.slice(0, i).some(({ to }) => to === from);
    assert.ok(follows || (isCapture && confidence === 'likely'), 'against the topology');
  }
}

describe('journeys of troubled recordings', () => {
  it('never run against topology or time, never share a frame, and never mix packets unmarked', () => {
    fc.assert(
      fc.property(trouble, (one) => {
        const { story, events, packetOf } = tell(one);
        const report = reportOfEvents(story.plan, events, one.capture ? 'capture' : 'embedded');
        const seen = new Set<number>();
        for (const journey of report.journeys) {
          runsForward(journey, one.capture);
          const packets = new Set<number>();
          for (const hop of journey.hops) {
            for (const frame of hop.frames) {
              assert.ok(!seen.has(frame), `frame ${frame} twice`);
              seen.add(frame);
              packets.add(packetOf[frame]!);
            }
          }
          assert.ok(packets.size === 1 || journey.confidence === 'ambiguous', `mixed ${[...packets].join()}`);
          assert.ok(journey.hops.length <= 4);
        }
        assert.equal(seen.size + report.counters.flooded + report.counters.foreign, report.counters.frames);
        assert.equal(
          report.counters.ambiguousJoins > 0,
          report.journeys.some(
            ({ confidence, hops }) =>
              confidence === 'ambiguous' && hops.some((hop) => hop.confidence === 'ambiguous'),
          ),
        );
        JSON.stringify(report);
      }),
      { numRuns: 300 },
    );
  });

  it('are the same in whatever order points deliver, and however often a report is made', () => {
    fc.assert(
      fc.property(trouble, fc.array(fc.nat(100), { maxLength: 3 }), (one, pauses) => {
        const { story, events } = tell({ ...one, twice: [] });
        const engine = one.capture ? 'capture' : 'embedded';
        const frames = events.filter((event) => event.kind === 'frame');
        const late = shapeOf(reportOfEvents(story.plan, events, engine, pauses), frames);
        const inOrder = events.toSorted((a, b) => a.timeNs - b.timeNs);
        const ordered = inOrder.filter((event) => event.kind === 'frame');
        assert.deepEqual(late, shapeOf(reportOfEvents(story.plan, inOrder, engine), ordered));
      }),
      { numRuns: 100 },
    );
  });
});

/** Journeys by the times of their captures, which do not depend on record numbers. */
function shapeOf({ journeys }: Report, frames: readonly FrameEvent[]): unknown {
  return journeys.map(({ kind, outcome, confidence, hops }) => [
    kind,
    outcome,
    confidence,
    ...hops.map((hop) => hop.frames.map((frame) => frames[frame - 1]!.timeNs)),
  ]);
}
