import assert from 'node:assert/strict';
import type { LabEvent } from '../../../src/lab/events.ts';
import { EventOrder } from '../../../src/lab/docker/event-order.ts';

const loss = (timeNs: number, frames = 1): LabEvent => ({
  kind: 'loss',
  timeNs,
  node: 'a',
  segment: 's',
  frames,
});

describe('event order', () => {
  it('gives events in order of time once nothing earlier can come', () => {
    const given: number[] = [];
    const order = new EventOrder((events) => given.push(...events.map(({ timeNs }) => timeNs)), 100);
    for (const timeNs of [50, 10, 30, 200]) order.push(loss(timeNs));
    order.release(140);
    assert.deepEqual(given, [10, 30]);
    order.push(loss(40));
    order.release(150);
    assert.deepEqual(given, [10, 30, 40, 50]);
    order.flush();
    assert.deepEqual(given, [10, 30, 40, 50, 200]);
  });

  it('waits longer where events take long to arrive, and no longer than it must', () => {
    const given: number[] = [];
    const order = new EventOrder((events) => given.push(...events.map(({ timeNs }) => timeNs)), 100);
    order.took(40);
    assert.equal(order.windowNs, 100);
    order.took(80);
    order.took(60);
    assert.equal(order.windowNs, 160);
    order.push(loss(0));
    order.release(150);
    assert.deepEqual(given, []);
    order.release(160);
    assert.deepEqual(given, [0]);
    for (let time = 0; time < 10_000; time += 25) order.release(time);
    assert.equal(order.windowNs, 100);
    order.took(60e9);
    assert.equal(order.windowNs, 2e9);
  });

  it('keeps the order of arrival at equal times', () => {
    const given: number[] = [];
    const order = new EventOrder(
      (events) => given.push(...events.map((event) => (event.kind === 'loss' ? event.frames : 0))),
      0,
    );
    for (const frames of [1, 2, 3]) order.push(loss(5, frames));
    order.flush();
    assert.deepEqual(given, [1, 2, 3]);
  });

  it('never goes back: what comes too late is put at the end and counted', () => {
    const given: number[] = [];
    const order = new EventOrder((events) => given.push(...events.map(({ timeNs }) => timeNs)), 10);
    order.push(loss(100));
    order.release(200);
    order.push(loss(50));
    order.flush();
    assert.deepEqual(given, [100, 100]);
    assert.equal(order.late, 1);
  });
});
