import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  encodeFrames,
  encodeJson,
  MessageDecoder,
  type Message,
} from '../../../src/lab/agent-wire/agent-protocol.ts';

describe('agent protocol', () => {
  const frame = fc.record({
    seconds: fc.nat(0xffff_ffff),
    nanoseconds: fc.nat(999_999_999),
    originalLength: fc.nat(0xffff_ffff),
    bytes: fc.uint8Array({ maxLength: 100 }),
  });

  it('gives back what was said, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (frames, step) => {
        const stream = Buffer.concat([
          encodeJson({ event: 'hello', version: 1 }),
          encodeFrames('inside', frames),
          encodeJson({ id: 7, result: { outcome: 'answered — ✓' } }),
        ]);
        const decoder = new MessageDecoder();
        const messages: Message[] = [];
        for (let at = 0; at < stream.length; at += step)
          messages.push(...decoder.push(stream.subarray(at, at + step)));
        assert.deepEqual(messages, [
          { type: 'json', value: { event: 'hello', version: 1 } },
          { type: 'frames', frames: frames.map((one) => ({ segment: 'inside', ...one })) },
          { type: 'json', value: { id: 7, result: { outcome: 'answered — ✓' } } },
        ]);
      }),
    );
  });

  it('refuses what no agent says', () => {
    const decoder = () => new MessageDecoder();
    assert.throws(() => decoder().push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0)), RangeError);
    assert.throws(() => decoder().push(Uint8Array.of(0, 0, 0, 0, 0)), RangeError);
    assert.throws(() => decoder().push(Uint8Array.of(0, 0, 0, 1, 9)), RangeError);
    assert.throws(() => decoder().push(Uint8Array.of(0, 0, 0, 4, 1, 1, 65, 1)), RangeError);
  });
});
