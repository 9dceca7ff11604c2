import assert from 'node:assert/strict';
import fc from 'fast-check';
import { frameHash } from '../../src/packet/hash.ts';
import { tcpFrame } from './sample.ts';

const hash = (bytes: Uint8Array): number => frameHash(bytes, 0, bytes.length);

describe('frameHash', () => {
  it('is the same on every run and machine', () => {
    assert.equal(hash(new Uint8Array()), GOLDEN.empty);
    assert.equal(hash(Uint8Array.of(1, 2, 3, 4, 5)), GOLDEN.five);
  });

  it('does not depend on what surrounds the frame', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (before, bytes, after) => {
        const all = Uint8Array.of(...before, ...bytes, ...after);
        const found = frameHash(all, before.length, before.length + bytes.length);
        assert.equal(found, hash(bytes));
        assert.ok(Number.isSafeInteger(found) && found >= 0);
      }),
    );
  });

  it('every flipped bit and every pair of flipped bits of a header changes it', () => {
    const frame = tcpFrame({ payload: new Uint8Array() });
    const seen = new Set([hash(frame)]);
    const bits = frame.length * 8;
    const flip = (bit: number): void => void (frame[bit >> 3]! ^= 1 << (bit & 7));
    let count = 1;
    for (let a = 0; a < bits; a++) {
      for (let b = a; b < bits; b++) {
        flip(a);
        if (b > a) flip(b);
        seen.add(hash(frame));
        if (b > a) flip(b);
        flip(a);
        count++;
      }
    }
    assert.equal(seen.size, count);
  });

  it('zeros of different lengths differ', () => {
    const seen = new Set(Array.from({ length: 100 }, (_, length) => hash(new Uint8Array(length))));
    assert.equal(seen.size, 100);
  });
});

const GOLDEN = { empty: 3947809044087336, five: 7003592076874561 };
