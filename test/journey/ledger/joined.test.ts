import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import { makeTranslate } from '../../support/translate.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { runLab } from '../../lab/embedded/testbed.ts';
import { ask } from '../asking.ts';
import { reportOfEvents } from '../build-report.ts';
import { drTable, Story, whole, type PacketName } from '../oracle.ts';
import { drText, planOf } from '../plans.ts';

const dr = planOf(drText);
/** Frames of one conversation: six requests over three hops, four replies over two, each captured twice. */
const PER_FLOW = 6 * 6 + 4 * 4;

function builderOf(events: readonly LabEvent[], maxFrames = Infinity): JourneyBuilder {
  const builder = new JourneyBuilder(dr, {
    engine: 'embedded',
    startedAt: '',
    translate: makeTranslate('en'),
    maxFrames,
  });
  builder.add(events);
  return builder;
}

/** Connections one after the other, two seconds each, of which each was asked for; the last has not ended. */
function asked(count: number): Story {
  const story = new Story(dr);
  for (let index = 0; index < count; index++) {
    const timeNs = story.nowNs;
    const isLast = index === count - 1;
    story.talk(
      drTable('rs1', 40001 + index),
      isLast ? whole.slice(0, 4) : whole,
      undefined,
      1000 + index * 50_000,
    );
    story.nowNs += 2e9;
    const id = index + 1;
    ask(story, { id, timeNs, sourcePort: 40001 + index, ...(!isLast && { end: { outcome: 'answered' } }) });
  }
  return story;
}

describe('what was asked, and the flows that carry it', () => {
  it('are told apart by the port, when clients know it at the end only, and whoever looked before', () => {
    const story = new Story(dr);
    const names: readonly (readonly [PacketName, number])[] = [
      ['syn', 0],
      ['syn', 1],
      ...whole.slice(1).flatMap((name) => [[name, 0] as const, [name, 1] as const]),
    ];
    for (const [name, index] of names)
      story.talk(drTable('rs1', 40001 + index), [name], undefined, 1000 + index * 50_000);
    for (const id of [1, 2])
      ask(story, { id, timeNs: id, end: { outcome: 'answered' }, endNs: story.nowNs + id * 1e6 });
    const events = story.events.map((event) => {
      if (event.kind !== 'request') return event;
      const { sourcePort, ...blind } = event;
      return event.end ? { ...blind, sourcePort: sourcePort! + event.id - 1 } : blind;
    });
    const flowsOf = (pauses: readonly number[]) => {
      const { requests, flows } = reportOfEvents(dr, events, 'embedded', pauses);
      return requests.map((one) => one.flows.map((id) => flows.find((flow) => flow.id === id)!.client.port));
    };
    assert.deepEqual(flowsOf([]), [[40001], [40002]]);
    assert.deepEqual(flowsOf([...events.keys()]), [[40001], [40002]]);
  });

  it('are joined also when the client says the port of some at once, and of others at their end', () => {
    const text = drText.replace('port: 80,', 'port: 80, protocol: udp,');
    const run = runLab(
      planOf(`${text}\ntraffic: [{ from: client, count: 2, every: 1s, sourcePort: 5060 }]\n`),
    );
    const events = run.events.map((event) => {
      if (event.kind !== 'request' || event.id !== 2 || event.end) return event;
      const { sourcePort, ...blind } = event;
      assert.equal(sourcePort, 5060);
      return blind;
    });
    const { requests } = reportOfEvents(run.plan, events);
    assert.equal(requests[0]!.flows.length, 1);
    assert.deepEqual(requests[1]!.flows, requests[0]!.flows);
  });

  it('stay together when all that is kept is joined again', () => {
    const { events } = asked(20);
    // One capture near the end is told of late.
    const late = events.length - 15;
    assert.equal(events[late]!.kind, 'frame');
    const builder = builderOf(
      events.filter((_, index) => index !== late),
      5 * PER_FLOW,
    );
    const before = builder.report();
    assert.ok(before.counters.evictedFlows > 0);
    builder.add([events[late]!]);
    assert.equal(builder.update().reset, true);
    const after = builder.report();
    const joins = ({ requests }: typeof before) =>
      requests.map(({ id, outcome, flows }) => [id, outcome, flows]);
    assert.deepEqual(joins(after), joins(before));
    assert.deepEqual(after.requests.at(-1)!.flows, [after.flows.at(-1)!.id]);
    assert.equal(after.requests.at(-1)!.outcome, 'open');
    assert.deepEqual(after.flows.at(-1)!.requests, { asked: 1, answered: 0 });
  });

  it('are joined anew when the flow is taken out of the recording, and goes on', () => {
    const story = new Story(dr).talk(drTable(), ['syn', 'syn-ack', 'ack']);
    for (let i = 0; i < 60; i++) story.talk(drTable(), ['get', 'ack-get']);
    const { requests, flows, counters } = builderOf(ask(story).events, 200).report();
    assert.ok(counters.evictedFlows > 0);
    assert.deepEqual(
      flows.map(({ begun, requests: carried }) => [begun, carried]),
      [['middle', { asked: 1, answered: 0 }]],
    );
    assert.deepEqual(requests[0]!.flows, [flows[0]!.id]);
  });
});
