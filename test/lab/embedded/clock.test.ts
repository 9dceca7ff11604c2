import assert from 'node:assert/strict';
import fc from 'fast-check';
import { VirtualClock } from '../../../src/lab/embedded/clock.ts';
import { Pacer } from '../../../src/lab/embedded/pacer.ts';
import { FakeTimers } from './fake-timers.ts';

describe('VirtualClock', () => {
  it('runs events by time, and equal times in the order they were queued', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (delays) => {
        const clock = new VirtualClock();
        const ran: [number, number][] = [];
        delays.forEach((delay, index) => clock.after(delay, () => ran.push([clock.now(), index])));
        clock.runUntil(100);
        const wanted = delays.map((delay, index) => [delay, index] as [number, number]);
        wanted.sort(([a, i], [b, j]) => a - b || i - j);
        assert.deepEqual(ran, wanted);
      }),
    );
  });

  it('is settled when all that is left does not matter', () => {
    const clock = new VirtualClock();
    assert.ok(clock.settled);
    clock.after(10, () => undefined, 'background');
    assert.ok(clock.settled);
    const timer = clock.after(20, () => undefined);
    assert.ok(!clock.settled);
    timer.cancel();
    timer.cancel();
    assert.ok(clock.settled);
    clock.after(5, () => undefined);
    clock.step();
    assert.ok(clock.settled);
    assert.equal(clock.now(), 5);
  });
});

describe('Pacer', () => {
  it('runs events when their real time has come', () => {
    const clock = new VirtualClock();
    const timers = new FakeTimers();
    const pacer = new Pacer(clock, timers, () => undefined);
    const ran: number[] = [];
    for (const ms of [5, 20, 40]) clock.after(ms * 1e6, () => ran.push(ms));
    pacer.follow();
    timers.pass(10);
    assert.deepEqual(ran, [5]);
    timers.pass(15);
    assert.deepEqual(ran, [5, 20]);
    pacer.stop();
    timers.pass(100);
    assert.deepEqual(ran, [5, 20]);
    pacer.follow();
    assert.deepEqual(ran, [5, 20, 40]);
    assert.equal(clock.now(), 125e6);
  });

  it('gives others a turn when events take long, however few they are', () => {
    const clock = new VirtualClock();
    const timers = new FakeTimers();
    let ran = 0;
    const slow = () => {
      ran += 1;
      timers.spend(10);
    };
    for (let index = 0; index < 100; index += 1) clock.after(1, slow);
    new Pacer(clock, timers, () => undefined).follow();
    timers.pass(1, 1);
    assert.ok(ran >= 1 && ran < 10, `${ran}`);
    timers.pass(5000);
    assert.equal(ran, 100);
  });

  it('gives others a turn during a flood', () => {
    const clock = new VirtualClock();
    const timers = new FakeTimers();
    let ran = 0;
    for (let index = 0; index < 10_000; index += 1) clock.after(1, () => (ran += 1));
    new Pacer(clock, timers, () => undefined).follow();
    timers.pass(1, 1);
    assert.ok(ran > 0 && ran < 10_000, `${ran}`);
    timers.pass(10);
    assert.equal(ran, 10_000);
  });
});
