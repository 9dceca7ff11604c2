import assert from 'node:assert/strict';
import { VirtualClock } from '../../../src/lab/embedded/clock.ts';
import type { PlannedEvent } from '../../../src/lab/topology/plan.ts';
import { EventSchedule } from '../../../src/lab/traffic/event-schedule.ts';

const event = (second: number, text: string): PlannedEvent => ({ atNs: second * 1e9, text, changes: [] });

function rig() {
  const clock = new VirtualClock();
  const happened: string[] = [];
  const schedule = new EventSchedule({
    now: () => clock.now(),
    after: (delayNs, run) => clock.after(delayNs, run),
    happen: ({ text }) => happened.push(`${clock.now() / 1e9} ${text}`),
  });
  return { clock, happened, schedule };
}

describe('the schedule of events', () => {
  it('lets each happen at its time, one after the other, and is done then', () => {
    const { clock, happened, schedule } = rig();
    schedule.follow([event(0, 'a'), event(2, 'b'), event(2, 'c')], -1);
    clock.runUntil(1.9e9);
    assert.deepEqual(happened, ['0 a']);
    assert.ok(!schedule.done && !clock.settled);
    clock.runUntil(2e9);
    assert.deepEqual(happened, ['0 a', '2 b', '2 c']);
    assert.ok(schedule.done && clock.settled);
  });

  it('goes over to other events without those of the past', () => {
    const { clock, happened, schedule } = rig();
    schedule.follow([event(1, 'a'), event(5, 'b')], -1);
    clock.runUntil(3e9);
    schedule.follow([event(2, 'past'), event(4, 'new')], clock.now());
    clock.runUntil(9e9);
    assert.deepEqual(happened, ['1 a', '4 new']);
  });

  it('lets nothing more happen once it is stopped', () => {
    const { clock, happened, schedule } = rig();
    schedule.follow([event(1, 'a')], -1);
    schedule.stop();
    clock.runUntil(9e9);
    assert.deepEqual(happened, []);
    assert.ok(clock.settled);
  });
});
