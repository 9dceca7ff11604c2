import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeOptions, encodeOptions, findOption } from '../../src/packet/tcp-options.ts';
import { fromHex } from './vectors.ts';

const linuxSyn = fromHex('020405b40402080a3d8f93af0000000001030307');

describe('TCP options', () => {
  it('a Linux SYN', () => {
    assert.deepEqual(
      decodeOptions(linuxSyn).map(({ kind, data }) => [kind, ...data]),
      [[2, 5, 0xb4], [4], [8, 0x3d, 0x8f, 0x93, 0xaf, 0, 0, 0, 0], [1], [3, 7]],
    );
    assert.deepEqual(encodeOptions(decodeOptions(linuxSyn)), linuxSyn);
  });

  const lists: [string, string, number[]][] = [
    ['nothing', '', []],
    ['end of options', '0101000204', [1, 1]],
    ['length 0', '010200', [1]],
    ['length 1', '010201', [1]],
    ['length beyond the end', '01020405', [1]],
    ['no length', '0102', [1]],
  ];
  for (const [name, hex, kinds] of lists) {
    it(name, () => {
      assert.deepEqual(
        decodeOptions(fromHex(hex)).map(({ kind }) => kind),
        kinds,
      );
    });
  }

  it('finds an option where it stands', () => {
    assert.equal(findOption(linuxSyn, 0, linuxSyn.length, 8), 6);
    assert.equal(findOption(linuxSyn, 0, linuxSyn.length, 5), -1);
    assert.equal(findOption(linuxSyn, 0, 10, 8), -1);
    assert.equal(findOption(fromHex('ffff0204ffff'), 2, 4, 2), -1);
  });

  it('decode and encode are inverse; no bytes throw', () => {
    const option = fc.record(
      { kind: fc.integer({ min: 2, max: 255 }), data: fc.uint8Array({ maxLength: 8 }) },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(option, { maxLength: 4 }), (options) => {
        assert.deepEqual(decodeOptions(encodeOptions(options)), options);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(255), (bytes, kind) => {
        const at = findOption(bytes, 0, bytes.length, kind);
        const first = decodeOptions(bytes).find((one) => one.kind === kind);
        assert.equal(at >= 0, first !== undefined);
      }),
    );
  });
});
