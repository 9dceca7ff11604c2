import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JourneyBuilder, type JourneyBuilderOptions } from '../../src/journey/journey-builder.ts';
import type { Report } from '../../src/journey/report.ts';
import type { Update } from '../../src/journey/update.ts';
import { makeTranslate } from '../support/translate.ts';
import type { FrameEvent } from '../../src/lab/events.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { reportOfEvents } from './build-report.ts';
import { Mirror } from './mirror.ts';
import { drTable, Story, whole } from './oracle.ts';
import { drText, planOf } from './plans.ts';
import { renumbered } from './renumbered.ts';
import { tell, trouble } from './troubles.ts';

function builderOf(plan: Plan, options: Partial<JourneyBuilderOptions> = {}): JourneyBuilder {
  return new JourneyBuilder(plan, {
    engine: 'embedded',
    startedAt: '2026-01-01T00:00:00.000000000Z',
    translate: makeTranslate('en'),
    ...options,
  });
}

const byId = (a: { readonly id: number }, b: { readonly id: number }) => a.id - b.id;

describe('updates', () => {
  it('however a recording is split, end in the report of all at once, and hold it together', () => {
    fc.assert(
      fc.property(trouble, fc.array(fc.nat(200), { maxLength: 12 }), fc.boolean(), (one, cuts, inOrder) => {
        const { story, events: told } = tell(one);
        const events = inOrder ? told.toSorted((a, b) => a.timeNs - b.timeNs) : told;
        const engine = one.capture ? 'capture' : 'embedded';
        const builder = builderOf(story.plan, { engine });
        const mirror = new Mirror();
        for (const [index, event] of events.entries()) {
          if (cuts.includes(index)) mirror.apply(builder.update());
          builder.add([event]);
        }
        mirror.apply(builder.update());
        // Events held back for others come out when nothing more is added.
        mirror.apply(builder.update());
        const report = builder.report();
        assert.deepEqual(renumbered(report), renumbered(reportOfEvents(story.plan, events, engine)));
        const plain = JSON.parse(JSON.stringify(report)) as Report;
        assert.deepEqual([...mirror.requests.values()].sort(byId), plain.requests.toSorted(byId));
        assert.deepEqual([...mirror.flows.values()].sort(byId), plain.flows.toSorted(byId));
        assert.deepEqual([...mirror.journeys.values()].sort(byId), plain.journeys.toSorted(byId));
        const { epochs, promises, explanations, counters } = mirror.last!;
        assert.deepEqual(
          { epochs, promises, explanations, counters },
          {
            epochs: plain.epochs,
            promises: plain.promises,
            explanations: plain.explanations,
            counters: plain.counters,
          },
        );
        assert.deepEqual(builder.update(), {
          ...mirror.last!,
          reset: false,
          requests: [],
          flows: [],
          journeys: [],
          removedFlows: [],
          removedJourneys: [],
        });
      }),
      { numRuns: 80 },
    );
  });

  it('tell a flow once, then only when it grows, by the same id', () => {
    const story = new Story(planOf(drText)).talk(drTable(), ['syn', 'syn-ack']);
    const builder = builderOf(story.plan);
    const seen = story.events.length;
    builder.add(story.events);
    const first = builder.update();
    assert.equal(first.reset, true);
    assert.deepEqual(
      first.flows.map(({ id }) => id),
      [1],
    );
    assert.deepEqual(builder.update().flows, []);
    story.talk(drTable(), ['ack', 'get']);
    builder.add(story.events.slice(seen));
    const second = builder.update();
    assert.equal(second.reset, false);
    assert.deepEqual(
      second.flows.map(({ id, request, journeys }) => [id, request, journeys]),
      [[1, 'GET /', [1, 2, 3, 4]]],
    );
    assert.deepEqual(
      second.journeys.map(({ id }) => id),
      [3, 4],
    );
    assert.equal(builder.flow(1)!.request, 'GET /');
    assert.equal(builder.journey(4)!.kind, 'data');
    assert.equal(builder.journey(5), undefined);
    const frame = story.events.findLast((event): event is FrameEvent => event.kind === 'frame');
    assert.deepEqual(builder.frame(second.counters.frames), frame);
  });

  it('keep ids when all is joined again for an event that came late, and hold events back from then on', () => {
    const story = new Story(planOf(drText)).talk(drTable(), whole);
    const builder = builderOf(story.plan);
    const late = story.events.findIndex(({ kind }) => kind === 'frame') + 1;
    builder.add(story.events.filter((_, index) => index !== late));
    const before = builder.update();
    builder.add([story.events[late]!]);
    const after = builder.update();
    assert.deepEqual([before.reset, after.reset], [true, true]);
    assert.deepEqual(
      after.flows.map(({ id }) => id),
      before.flows.map(({ id }) => id),
    );
    const times = (update: Update) => new Map(update.journeys.map(({ id, hops }) => [id, hops[0]!.timeNs]));
    const told = times(before);
    for (const [id, timeNs] of times(after)) if (told.has(id)) assert.equal(told.get(id), timeNs);
    assert.equal(after.flows[0]!.outcome.kind, 'answered');
  });

  it('tell packets in their order, also of one that is known to be lost only now', () => {
    const story = new Story(planOf(drText)).talk(drTable(), ['syn'], (step) => (step.lost = step.leg === 1));
    const builder = builderOf(story.plan);
    const seen = story.events.length;
    builder.add(story.events);
    builder.update();
    story.nowNs += 1e9;
    story.talk(drTable('rs2', 40002), ['syn', 'syn-ack']);
    builder.add(story.events.slice(seen));
    assert.deepEqual(
      builder.update().journeys.map(({ id }) => id),
      [1, 2, 3],
    );
  });
});
