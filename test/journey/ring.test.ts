import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { JourneyBuilder, type JourneyBuilderOptions } from '../../src/journey/journey-builder.ts';
import { makeTranslate } from '../support/translate.ts';
import { EmbeddedEngine } from '../../src/lab/embedded/embedded-engine.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { verdictsOf } from './build-report.ts';
import { Mirror } from './mirror.ts';
import { drTable, Story, whole } from './oracle.ts';
import { drText, ip, planOf } from './plans.ts';

/** Frames of one conversation: six requests over three hops, four replies over two, each captured twice. */
const PER_FLOW = 6 * 6 + 4 * 4;
const FLOWS = 40;
const KEPT = 10;

function builderOf(plan: Plan, options: Partial<JourneyBuilderOptions>): JourneyBuilder {
  return new JourneyBuilder(plan, {
    engine: 'embedded',
    startedAt: '2026-01-01T00:00:00.000000000Z',
    translate: makeTranslate('en'),
    ...options,
  });
}

/** Many connections, one after the other; the second is answered by the server's own address. */
function manyFlows(
  story = new Story(planOf(drText)),
  isWrong = (index: number): boolean => index === 1,
): Story {
  for (let index = 0; index < FLOWS; index++) {
    story.talk(
      drTable(index % 2 === 0 ? 'rs1' : 'rs2', 40001 + index),
      whole,
      (step) => {
        if (isWrong(index) && step.direction === 'reply') step.source = ip(`10.0.2.1${1 + (index % 2)}`);
      },
      1000 + index * 50_000,
    );
    story.nowNs += 2e9;
  }
  return story;
}

function play(builder: JourneyBuilder, events: readonly LabEvent[], each = 100): Mirror {
  const mirror = new Mirror();
  for (const [index, event] of events.entries()) {
    builder.add([event]);
    if (index % each === 0) mirror.apply(builder.update());
  }
  mirror.apply(builder.update());
  mirror.apply(builder.update());
  return mirror;
}

describe('a recording that holds only so much', () => {
  it('loses its oldest flows whole, says how many, and keeps what they showed', () => {
    const { plan, events } = manyFlows();
    const builder = builderOf(plan, { maxFrames: KEPT * PER_FLOW });
    const mirror = play(builder, events);
    const report = builder.report();
    const { counters } = report;
    assert.equal(counters.frames, FLOWS * PER_FLOW);
    assert.equal(counters.evictedFlows + report.flows.length, FLOWS);
    assert.equal(counters.evictedFrames, counters.evictedFlows * PER_FLOW);
    assert.ok(report.flows.length <= KEPT && report.flows.length >= KEPT - 1);
    assert.deepEqual(
      [...mirror.flows.keys()],
      report.flows.map(({ id }) => id),
    );
    assert.deepEqual(
      [...mirror.journeys.keys()],
      report.journeys.map(({ id }) => id),
    );
    assert.ok(
      report.flows.every(
        ({ begun, outcome, journeys }) =>
          begun === 'seen' && outcome.kind === 'answered' && journeys.length === whole.length,
      ),
    );
    // Told as of all that was seen: the flow that broke it is long gone.
    assert.equal(verdictsOf(report)['vip-only'], 'broken');
    assert.equal(verdictsOf(report)['ip-untouched'], 'kept');
    const [frame] = report.promises.find(({ id }) => id === 'vip-only')!.evidence;
    assert.equal(builder.frame(frame!), undefined);
    assert.equal(builder.flow(1), undefined);
    assert.equal(builder.journey(1), undefined);
    for (const { hops } of report.journeys) {
      for (const { frames } of hops) for (const number of frames) assert.ok(builder.frame(number));
    }
  });

  it('counts bytes too, and keeps its limit while nobody asks', () => {
    const { plan, events } = manyFlows();
    const builder = builderOf(plan, { maxBytes: 20_000 });
    builder.add(events);
    const { counters, journeys } = builder.report();
    assert.ok(counters.evictedFrames > 0);
    let bytes = 0;
    for (const { hops } of journeys) {
      for (const { frames } of hops)
        for (const number of frames) bytes += builder.frame(number)!.bytes.length;
    }
    assert.ok(bytes <= 20_000 && bytes > 15_000, String(bytes));
  });

  it('takes out a flow that never ends, and calls what follows begun in its middle', () => {
    const story = new Story(planOf(drText)).talk(drTable(), ['syn', 'syn-ack', 'ack']);
    for (let i = 0; i < 100; i++) story.talk(drTable(), ['get', 'ack-get']);
    const builder = builderOf(story.plan, { maxFrames: 300 });
    const mirror = play(builder, story.events, 50);
    const report = builder.report();
    assert.ok(report.counters.evictedFlows > 0);
    assert.ok(report.flows.length > 0);
    assert.deepEqual(
      report.flows.map(({ begun, client }) => [begun, client.node]),
      report.flows.map(() => ['middle', 'client']),
    );
    assert.deepEqual(
      [...mirror.flows.keys()],
      report.flows.map(({ id }) => id),
    );
  });

  it('names the first frames that are left, of a promise that is kept', () => {
    const { plan, events } = manyFlows();
    const builder = builderOf(plan, { maxFrames: KEPT * PER_FLOW });
    play(builder, events);
    const { journeys, promises } = builder.report();
    const intoServer = journeys.flatMap(({ direction, hops }) =>
      direction === 'request' && hops.length === 3 ? hops[2]!.frame : [],
    );
    const { evidence } = promises.find(({ id }) => id === 'server-sees-cip')!;
    assert.deepEqual(evidence, intoServer.slice(0, 5));
  });

  it('joins what is kept again when an event comes late, and forgets neither counts nor verdicts', () => {
    const { plan, events } = manyFlows();
    const builder = builderOf(plan, { maxFrames: KEPT * PER_FLOW });
    // One capture in the last flow, told of at the end.
    const late = events.length - 30;
    play(
      builder,
      events.filter((_, index) => index !== late),
    );
    const before = builder.report();
    builder.add([events[late]!]);
    const update = builder.update();
    assert.equal(update.reset, true);
    const after = builder.report();
    assert.equal(after.counters.frames, FLOWS * PER_FLOW);
    assert.equal(after.counters.hops, builderReport(plan, events).counters.hops);
    assert.equal(after.counters.directorBytes, builderReport(plan, events).counters.directorBytes);
    assert.deepEqual(after.counters.decisions, before.counters.decisions);
    assert.deepEqual(verdictsOf(after), verdictsOf(before));
    assert.equal(after.flows.at(-1)!.outcome.kind, 'answered');
    assert.equal(after.flows.at(-1)!.id, before.flows.at(-1)!.id);
  });

  it('and not either what only its oldest packets showed', () => {
    const asked = new Story(planOf(drText)).arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'director');
    const { plan, events } = manyFlows(asked);
    const builder = builderOf(plan, { maxFrames: KEPT * PER_FLOW });
    const late = events.length - 30;
    play(
      builder,
      events.filter((_, index) => index !== late),
    );
    assert.ok(builder.report().flows.every(({ kind }) => kind === 'tcp'));
    builder.add([events[late]!]);
    assert.equal(builder.update().reset, true);
    assert.equal(verdictsOf(builder.report())['vip-arp'], 'kept');
  });

  it('remembers only so many frames that showed a promise broken', () => {
    const { plan, events } = manyFlows(undefined, (index) => index < FLOWS / 2);
    const builder = builderOf(plan, { maxFrames: KEPT * PER_FLOW });
    play(builder, events);
    const { verdict, evidence } = builder.report().promises.find(({ id }) => id === 'vip-only')!;
    assert.equal(verdict, 'broken');
    assert.equal(evidence.length, 20);
    assert.equal(builder.frame(evidence.at(-1)!), undefined);
  });

  it('takes what follows of a connection that was taken out for one, however it comes', async () => {
    const file = 'hash-reshuffle.lblab.yaml';
    const { plan } = loadTopology(readFileSync(`examples/lessons/${file}`, 'utf8'), file);
    const events: LabEvent[] = [];
    const engine = new EmbeddedEngine(plan!, (told) => events.push(...told), {
      startedAt: '2026-01-01T00:00:00.000000000Z',
    });
    await engine.start();
    await engine.settled(30e9);
    await engine.stop();
    const builder = builderOf(plan!, { maxFrames: events.length >> 2 });
    for (const [index, event] of events.entries()) {
      builder.add([event]);
      if (index % 61 === 60) builder.update();
    }
    const { flows, counters } = builder.report();
    assert.ok(counters.evictedFlows > 0);
    assert.deepEqual(
      flows.filter(({ outcome }) => outcome.kind === 'ambiguous'),
      [],
    );
  });
});

function builderReport(plan: Plan, events: readonly LabEvent[]) {
  const builder = builderOf(plan, {});
  builder.add(events);
  return builder.report();
}
