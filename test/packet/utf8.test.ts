import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeUtf8, encodeUtf8 } from '../../src/packet/utf8.ts';

describe('UTF-8', () => {
  it('encodes as TextEncoder does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.deepEqual(encodeUtf8(text), new TextEncoder().encode(text));
      }),
    );
    assert.deepEqual(encodeUtf8('a\ud800b'), new TextEncoder().encode('a\ud800b'));
  });

  it('decodes what is well-formed as TextDecoder does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(decodeUtf8(encodeUtf8(text)), text)),
    );
    assert.equal(decodeUtf8(encodeUtf8('\ufeffé→数🎉')), '\ufeffé→数🎉');
  });

  it('puts U+FFFD for what is not', () => {
    const cases: [number[], string][] = [
      [[0x80], '�'],
      [[0xc0, 0x80], '��'],
      [[0xe2, 0x86], '��'],
      [[0x41, 0xff, 0x42], 'A�B'],
      [[0xed, 0xa0, 0x80], '���'],
      [[0xe0, 0x80, 0x80], '���'],
      [[0xf4, 0x90, 0x80, 0x80], '����'],
    ];
    for (const [bytes, text] of cases) assert.equal(decodeUtf8(Uint8Array.from(bytes)), text);
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeUtf8(bytes)));
  });

  it('is cut between characters', () => {
    assert.deepEqual(encodeUtf8('a→b', 3), encodeUtf8('a'));
    assert.deepEqual(encodeUtf8('a→b', 4), encodeUtf8('a→'));
    assert.deepEqual(encodeUtf8('a→b', 5), encodeUtf8('a→b'));
  });
});
