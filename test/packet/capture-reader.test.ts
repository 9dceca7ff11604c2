import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CaptureReader } from '../../src/packet/capture-reader.ts';
import type { Capture } from '../../src/packet/capture.ts';
import { writePcap } from '../../src/packet/pcap.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { readCapture } from '../../src/packet/read-capture.ts';

const records = [3, 0, 70, 1].map((length, index) => ({
  interface: index % 2,
  timeNs: BigInt(index) * 1_000n,
  bytes: new Uint8Array(length).fill(index),
  originalLength: length,
  direction: 'in' as const,
  comments: index === 2 ? ['a comment'] : [],
}));
const interfaces = ['a.b', 'c.d'].map((name) => ({
  ...{ name, linkType: 1, snapLength: 100 },
  statistics: { received: 2n, dropped: 0n },
}));
const files = { pcap: writePcap(records), pcapng: writePcapng({ interfaces, records, names: [] }) };

function inPieces(bytes: Uint8Array, ends: readonly number[]): Capture {
  const reader = new CaptureReader();
  let from = 0;
  for (const end of [...ends.filter((one) => one < bytes.length).sort((a, b) => a - b), bytes.length]) {
    reader.add(bytes.subarray(from, end));
    from = end;
  }
  return reader.end();
}

describe('a capture that comes in pieces', () => {
  for (const [name, file] of Object.entries(files)) {
    it(`${name}: is what it is as one, cut anywhere, also byte by byte`, () => {
      const whole = readCapture(file);
      assert.equal(whole.records.length, records.length);
      for (let at = 0; at <= file.length; at++) assert.deepEqual(inPieces(file, [at]), whole, `cut at ${at}`);
      assert.deepEqual(
        inPieces(
          file,
          Array.from(file, (_, at) => at),
        ),
        whole,
      );
    });

    it(`${name}: what is damaged or ends early is told as of one`, () => {
      const damaged = fc.record({
        length: fc.nat(file.length),
        at: fc.nat(file.length - 1),
        byte: fc.nat(255),
        ends: fc.array(fc.nat(file.length), { maxLength: 6 }),
      });
      fc.assert(
        fc.property(damaged, ({ length, at, byte, ends }) => {
          const bytes = file.slice(0, length);
          if (at < length) bytes[at] = byte;
          assert.deepEqual(inPieces(bytes, ends), readCapture(bytes));
        }),
        { numRuns: 1000 },
      );
    });

    it(`${name}: a record is told as soon as it is there`, () => {
      const reader = new CaptureReader();
      const seen: number[] = [];
      for (const byte of file) {
        reader.add(Uint8Array.of(byte));
        seen.push(reader.capture?.records.length ?? 0);
      }
      for (let count = 1; count <= records.length; count++) {
        // A file that ends there has it, and one that is a byte shorter does not.
        const at = seen.indexOf(count);
        assert.equal(readCapture(file.slice(0, at + 1)).records.length, count);
        assert.equal(readCapture(file.slice(0, at)).records.length, count - 1);
      }
    });
  }

  it('what is no capture is told by its kind', () => {
    for (const bytes of [new Uint8Array(), Buffer.from('snoop\0\0\0'), Buffer.from('hello')])
      assert.deepEqual(inPieces(bytes, [1, 2, 3]), readCapture(bytes));
  });
});
