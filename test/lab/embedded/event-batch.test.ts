import assert from 'node:assert/strict';
import { EventBatch } from '../../../src/lab/embedded/event-batch.ts';
import type { LabEvent } from '../../../src/lab/events.ts';

const at = (timeNs: number): LabEvent => ({ kind: 'skip', timeNs, durationNs: 0 });

describe('events told together', () => {
  it('in their order, never nothing, and each array is whose it was given to', () => {
    const heard: (readonly LabEvent[])[] = [];
    const batch = new EventBatch((events) => heard.push(events));
    batch.tell();
    for (let timeNs = 0; timeNs < 20; timeNs++) batch.add(at(timeNs));
    batch.tell();
    batch.tell();
    assert.deepEqual(
      heard.flat().map(({ timeNs }) => timeNs),
      Array.from({ length: 20 }, (_, timeNs) => timeNs),
    );
    assert.ok(heard.length < 5 && heard.every(({ length }) => length > 0));
  });

  it('what happens while some are told is told after them', () => {
    const heard: number[] = [];
    const batch = new EventBatch((events) => {
      const [first] = events;
      if (first!.timeNs === 1) {
        for (let timeNs = 10; timeNs < 30; timeNs++) batch.add(at(timeNs));
        batch.tell();
      }
      heard.push(...events.map(({ timeNs }) => timeNs));
    });
    batch.add(at(1));
    batch.add(at(2));
    batch.tell();
    assert.deepEqual(heard, [1, 2, ...Array.from({ length: 20 }, (_, index) => 10 + index)]);
  });
});
