import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readPcap, writePcap } from '../../src/packet/pcap.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { fromHex } from './vectors.ts';

/** Two packets of 3 and 2 bytes at 1 s + 2 ticks and 3 s + 4 ticks, the second cut from 60 bytes. */
const bigEndian = (magic: string): Uint8Array =>
  fromHex(
    [
      magic,
      '0002 0004 00000000 00000000 0000ffff 00000001',
      '00000001 00000002 00000003 00000003 aabbcc',
      '00000003 00000004 00000002 0000003c ddee',
    ]
      .join('')
      .replaceAll(' ', ''),
  );
const littleEndian = (magic: string): Uint8Array =>
  fromHex(
    [magic, '0200 0400 00000000 00000000 ffff0000 01000000', '01000000 02000000 03000000 03000000 aabbcc']
      .join('')
      .replaceAll(' ', ''),
  );

describe('pcap', () => {
  const files: [string, Uint8Array, bigint][] = [
    ['big-endian, µs', bigEndian('a1b2c3d4'), 1_000_002_000n],
    ['big-endian, ns', bigEndian('a1b23c4d'), 1_000_000_002n],
    ['little-endian, µs', littleEndian('d4c3b2a1'), 1_000_002_000n],
    ['little-endian, ns', littleEndian('4d3cb2a1'), 1_000_000_002n],
  ];
  for (const [name, bytes, timeNs] of files) {
    it(name, () => {
      const { interfaces, records, problems } = readPcap(bytes);
      assert.deepEqual(interfaces, [{ name: '', linkType: 1, snapLength: 0xffff }]);
      assert.deepEqual(problems, []);
      assert.deepEqual(records[0], {
        interface: 0,
        timeNs,
        bytes: Uint8Array.of(0xaa, 0xbb, 0xcc),
        originalLength: 3,
        comments: [],
      });
      if (records.length > 1) assert.equal(records[1]!.originalLength, 60);
    });
  }

  it('a cut file keeps its whole records', () => {
    const whole = bigEndian('a1b2c3d4');
    for (let length = 0; length < whole.length; length++) {
      const { records, problems } = readPcap(whole.subarray(0, length));
      assert.equal(records.length, length < 24 + 19 ? 0 : 1);
      assert.equal(problems.length, length === 24 || length === 24 + 19 ? 0 : 1, `cut at ${length}`);
    }
  });

  it('what is written reads back', () => {
    const record = fc.record({
      timeNs: fc.bigInt({ min: 0n, max: 4_294_967_295_999_999_999n }),
      bytes: fc.uint8Array({ maxLength: 50 }),
      more: fc.nat(2000),
    });
    fc.assert(
      fc.property(fc.array(record), (list) => {
        const records = list.map(({ timeNs, bytes, more }) => ({
          interface: 0,
          timeNs,
          bytes,
          originalLength: bytes.length + more,
          comments: [],
        }));
        assert.deepEqual(readPcap(writePcap(records)), {
          interfaces: [{ name: '', linkType: 1, snapLength: 262_144 }],
          records,
          names: [],
          problems: [],
        });
      }),
    );
  });

  it('any bytes do no harm', () => {
    const headed = fc
      .uint8Array({ maxLength: 80 })
      .map((tail) => Uint8Array.of(...bigEndian('a1b2c3d4').subarray(0, 30), ...tail));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), headed), (bytes) => {
        readPcap(bytes);
        readCapture(bytes);
      }),
    );
  });
});

describe('readCapture', () => {
  it('tells the formats apart', () => {
    assert.equal(readCapture(bigEndian('a1b2c3d4')).records.length, 2);
    const interfaces = [{ name: 'client.a', linkType: 1, snapLength: 0 }];
    assert.deepEqual(readCapture(writePcapng({ interfaces, records: [], names: [] })).interfaces, interfaces);
  });

  it('names what is neither', () => {
    for (const bytes of [new Uint8Array(), fromHex('504b0304'), new Uint8Array(100).fill(0x20)]) {
      const { records, problems } = readCapture(bytes);
      assert.deepEqual(records, []);
      assert.equal(problems[0]?.problem, 'bad-capture');
    }
  });
});
