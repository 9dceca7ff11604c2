import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { readStream } from '../../src/cli/read-stream.ts';
import { writePcap } from '../../src/packet/pcap.ts';

const recordsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    timeNs: BigInt(index),
    bytes: new Uint8Array(60).fill(index),
    originalLength: 60,
  }));
const forever = new Promise<void>(() => undefined);
/** Until what is being told is told. */
const afterTelling = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('a capture that is still being made', () => {
  const file = writePcap(recordsOf(20));
  const none = { tell: () => undefined, dropped: () => assert.fail(), leastMs: 1 };

  for (const [name, bytes] of [
    ['as it is', file],
    ['packed', gzipSync(file)],
  ] as const)
    it(`${name}: is told on the way, and whole at its end`, async () => {
      const told: number[] = [];
      async function* pieces() {
        yield bytes.subarray(0, bytes.length - 20);
        while (name === 'as it is' && told.length < 2) await afterTelling();
        yield bytes.subarray(bytes.length - 20);
      }
      const capture = await readStream(pieces(), {
        ...{ ...none, end: forever },
        tell: ({ records }) => told.push(records.length),
      });
      assert.deepEqual(
        capture.records.map(({ bytes: one }) => one[0]),
        recordsOf(20).map(({ bytes: one }) => one[0]),
      );
      assert.deepEqual(capture.problems, []);
      // More than once: what has come to rest shows in that it is still so.
      if (name === 'as it is') assert.deepEqual(told.slice(0, 2), [19, 19]);
    });

  it('ends when somebody ends it, with what was seen so far', async () => {
    let stop: () => void = () => undefined;
    const end = new Promise<void>((resolve) => (stop = resolve));
    async function* pieces() {
      yield file.subarray(0, 24 + 3 * 76);
      await new Promise(() => undefined);
    }
    const capture = await readStream(pieces(), { ...none, end, tell: () => stop() });
    assert.equal(capture.records.length, 3);
    assert.deepEqual(capture.problems, []);
  });

  it('keeps the newest within its limits, with their numbers, and says what it gave up', async () => {
    const gone: number[] = [];
    async function* pieces() {
      for (let at = 0; at < file.length; at += 100) {
        yield file.subarray(at, at + 100);
        await Promise.resolve();
      }
    }
    const options = { ...none, end: forever, dropped: (frames: number) => gone.push(frames) };
    const byCount = await readStream(pieces(), { ...options, limits: { frames: 8, bytes: Infinity } });
    const { records, first = 1 } = byCount;
    assert.ok(records.length <= 8 && records.length >= 4);
    assert.equal(first - 1 + records.length, 20);
    assert.equal(records[0]!.bytes[0], first - 1);
    assert.equal(
      gone.reduce((sum, count) => sum + count, 0),
      first - 1,
    );
    const byBytes = await readStream(pieces(), { ...options, limits: { frames: 100, bytes: 240 } });
    assert.ok(byBytes.records.length <= 4 && byBytes.records.length >= 2);
  });

  it('one that breaks off ends there', async () => {
    async function* pieces() {
      yield file.subarray(0, 24 + 2 * 76 + 10);
      await Promise.resolve();
      throw new Error('EIO');
    }
    const { records, problems } = await readStream(pieces(), { ...none, end: forever });
    assert.equal(records.length, 2);
    assert.equal(problems.length, 1);
  });
});
