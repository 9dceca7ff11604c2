import assert from 'node:assert/strict';
import { DirectorBytes } from '../../../src/journey/judgement/director-bytes.ts';
import type { JourneyRecord } from '../../../src/journey/records/journey-record.ts';

/** A packet that came in to these nodes, so many bytes each. */
function packet(...each: readonly (readonly [node: string, bytes: number])[]): JourneyRecord {
  const [node = '', bytes = 0] = each[0] ?? [];
  return { director: each.length > 1 ? new Map(each) : node, directorBytes: bytes } as JourneyRecord;
}

describe('bytes that came in to forwarding nodes', () => {
  const [one, several, none] = [
    packet(['director', 60]),
    packet(['nat', 40], ['director', 41]),
    packet(),
  ] as const;

  it('are summed by node, and a packet that meets none counts nowhere', () => {
    const bytes = new DirectorBytes();
    for (const journey of [one, several, none]) bytes.count(journey, 1);
    assert.deepEqual(bytes.each, { director: 101, nat: 40 });
    assert.equal(bytes.sum, 141);
  });

  it('are taken back, and nodes that are left with none are not named', () => {
    const bytes = new DirectorBytes();
    for (const journey of [one, several]) bytes.count(journey, 1);
    bytes.count(several, -1);
    assert.deepEqual([bytes.each, bytes.sum], [{ director: 60 }, 60]);
    bytes.count(packet(['nat', 1]), 1);
    assert.deepEqual([bytes.each, bytes.sum], [{ director: 60, nat: 1 }, 61]);
  });

  it('are taken over from before, node by node', () => {
    const [before, after] = [new DirectorBytes(), new DirectorBytes()];
    before.count(several, 1);
    after.count(one, 1);
    after.addAll(before);
    assert.deepEqual([after.each, after.sum], [{ director: 101, nat: 40 }, 141]);
    assert.equal(before.sum, 81);
  });
});
