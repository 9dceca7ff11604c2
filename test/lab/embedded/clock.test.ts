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

const patient = { idleNs: Infinity, afterSlice: () => undefined, skipped: () => undefined };

describe('Pacer', () => {
  it('runs events when their real time has come', () => {
    const clock = new VirtualClock();
    const timers = new FakeTimers();
    const pacer = new Pacer(clock, timers, patient);
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
    new Pacer(clock, timers, patient).follow();
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
    new Pacer(clock, timers, patient).follow();
    timers.pass(1, 1);
    assert.ok(ran > 0 && ran < 10_000, `${ran}`);
    timers.pass(10);
    assert.equal(ran, 10_000);
  });

  it('passes over idle stretches, does the upkeep in between, and goes on at the real pace', () => {
    const clock = new VirtualClock();
    const timers = new FakeTimers();
    const ran: number[] = [];
    const skips: [number, number][] = [];
    const run = () => void ran.push(Math.round(clock.now() / 1e9));
    for (const s of [5, 430, 435]) clock.after(s * 1e9, run);
    clock.after(60e9, run, 'background');
    clock.after(900e9, run, 'background');
    const skipped = (durationNs: number) => skips.push([Math.round(clock.now() / 1e9), durationNs / 1e9]);
    new Pacer(clock, timers, { ...patient, idleNs: 10e9, skipped }).follow();
    timers.pass(4000);
    assert.deepEqual(ran, []);
    timers.pass(1001);
    assert.deepEqual(ran, [5, 60, 430]);
    assert.equal(skips.length, 1);
    assert.equal(skips[0]![0], 430);
    assert.ok(Math.abs(skips[0]![1] - 425) < 0.1, String(skips[0]![1]));
    timers.pass(4000);
    assert.deepEqual(ran, [5, 60, 430]);
    timers.pass(1001);
    // What does not matter is waited for: nobody would miss it.
    assert.deepEqual(ran, [5, 60, 430, 435]);
    timers.pass(60_000);
    assert.equal(skips.length, 1);
    assert.ok(clock.now() < 500e9);
  });

  it('does not pass over what upkeep gives rise to', () => {
    const clock = new VirtualClock();
    const timers = new FakeTimers();
    const ran: number[] = [];
    clock.after(100e9, () => ran.push(100));
    clock.after(50e9, () => void clock.after(1e9, () => ran.push(51)), 'background');
    let skips = 0;
    new Pacer(clock, timers, { ...patient, idleNs: 10e9, skipped: () => (skips += 1) }).follow();
    assert.ok(clock.now() < 51e9);
    timers.pass(2);
    assert.deepEqual(ran, [51, 100]);
    assert.equal(skips, 2);
  });
});
