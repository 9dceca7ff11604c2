import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { asIpv4, asMac } from '../../src/packet/address.ts';
import type { Capture, CaptureInterface, CaptureRecord } from '../../src/packet/capture.ts';
import { ByteWriter } from '../../src/packet/byte-writer.ts';
import { PcapngWriter } from '../../src/packet/pcapng-writer.ts';
import { readPcapng, writePcapng } from '../../src/packet/pcapng.ts';
import { ascii, ip, mac, tcpFrame } from './sample.ts';
import { fromHex, toHex } from './vectors.ts';

/** Bytes from hexadecimal digits with spaces between. */
const bytesOf = (...parts: string[]): Uint8Array => fromHex(parts.join('').replaceAll(' ', ''));

/** A block with its lengths around the body, in either byte order. */
function block(order: 'big' | 'little', type: number, ...body: string[]): string {
  const content = body.join('').replaceAll(' ', '');
  const u32 = (value: number): string => {
    const digits = value.toString(16).padStart(8, '0');
    return order === 'big' ? digits : digits.match(/../g)!.reverse().join('');
  };
  const length = u32(12 + content.length / 2);
  return u32(type) + length + content + length;
}

const bigSection = block('big', 0x0a0d0d0a, '1a2b3c4d 0001 0000 ffffffffffffffff');
const littleSection = block('little', 0x0a0d0d0a, '4d3c2b1a 0100 0000 ffffffffffffffff');
const bigInterface = (...options: string[]): string => block('big', 1, '0001 0000 0000ffff', ...options);
const bigPacket = (ticks: string, ...options: string[]): string =>
  block('big', 6, '00000000', ticks, '00000003 00000040 aabbcc00', ...options);

const clientA: CaptureInterface = {
  name: 'client.A',
  description: 'the client’s side',
  linkType: 1,
  snapLength: 262_144,
  ipv4: { address: ip('10.0.1.2'), mask: 0xffffff00 },
  mac: mac('02:00:00:00:00:01'),
  filter: 'tcp or arp',
  statistics: { received: 3n, dropped: 1n },
};
const capture: Omit<Capture, 'problems'> = {
  interfaces: [clientA, { name: 'director.B', linkType: 1, snapLength: 0 }],
  records: [
    {
      interface: 0,
      timeNs: 1_700_000_000_123_456_789n,
      bytes: tcpFrame(),
      originalLength: tcpFrame().length,
      direction: 'out',
      comments: ['journey 1: 客户端 → VIP 🎉', 'second'],
      dropCount: 2n,
      packetId: 1n,
    },
    {
      interface: 1,
      timeNs: 1_700_000_000_123_456_790n,
      bytes: tcpFrame().subarray(0, 61),
      originalLength: tcpFrame().length,
      direction: 'in',
      comments: [],
    },
  ],
  names: [
    { address: ip('10.0.1.2'), name: 'client' },
    { address: ip('10.0.2.100'), name: 'vip' },
  ],
};

describe('pcapng', () => {
  it('what is written reads back', () => {
    assert.deepEqual(readPcapng(writePcapng(capture)), { ...capture, problems: [] });
  });

  it('taken piece by piece it is the same file', () => {
    const out = new ByteWriter();
    const writer = new PcapngWriter(out);
    const pieces = [];
    for (const one of capture.interfaces) {
      writer.interface(one);
      pieces.push(out.take());
    }
    writer.names(capture.names);
    for (const record of capture.records) {
      writer.record(record);
      pieces.push(out.take());
    }
    writer.statistics(0, clientA.statistics!);
    pieces.push(out.take());
    assert.deepEqual(Buffer.concat(pieces), Buffer.from(writePcapng(capture)));
    assert.equal(out.take().length, 0);
  });

  it('any capture reads back', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const counter = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const optional = { noNullPrototype: true, requiredKeys: [] as [] };
    const anInterface = fc
      .tuple(
        fc.record({ name: text, linkType: fc.nat(0xffff), snapLength: fc.nat() }, { noNullPrototype: true }),
        fc.record(
          {
            description: text,
            filter: text,
            mac: fc.maxSafeNat().map((n) => asMac(n % 2 ** 48)),
            ipv4: fc.record(
              { address: fc.nat(0xffffffff).map(asIpv4), mask: fc.nat(0xffffffff) },
              { noNullPrototype: true },
            ),
            statistics: fc.record({ received: counter, dropped: counter }, optional),
          },
          optional,
        ),
      )
      .map(([needed, more]): CaptureInterface => ({ ...needed, ...more }));
    const aRecord = fc
      .tuple(
        fc.record(
          {
            interface: fc.nat(1),
            timeNs: counter,
            bytes: fc.uint8Array({ maxLength: 30 }),
            originalLength: fc.nat(),
          },
          { noNullPrototype: true },
        ),
        fc.array(text, { maxLength: 3 }),
        fc.record(
          {
            direction: fc.constantFrom('in' as const, 'out' as const),
            dropCount: counter,
            packetId: counter,
          },
          optional,
        ),
      )
      .map(([needed, comments, more]): CaptureRecord => ({ ...needed, comments, ...more }));
    const aName = fc.record(
      { address: fc.nat(0xffffffff).map(asIpv4), name: text.map((name) => `n${name.replaceAll('\0', '')}`) },
      { noNullPrototype: true },
    );
    const any = fc.record(
      {
        interfaces: fc.tuple(anInterface, anInterface),
        records: fc.array(aRecord, { maxLength: 5 }),
        names: fc.array(aName, { maxLength: 3 }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(any, (one) => assert.deepEqual(readPcapng(writePcapng(one)), { ...one, problems: [] })),
      { numRuns: 300 },
    );
  });

  it('the blocks in the file, in order', () => {
    const types: number[] = [];
    const bytes = writePcapng(capture);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true))
      types.push(view.getUint32(at, true));
    assert.deepEqual(types, [0x0a0d0d0a, 1, 1, 4, 6, 6, 5]);
  });

  it('a text too long for an option is cut, a record of no interface left out', () => {
    const [record] = capture.records;
    const { records, problems } = readPcapng(
      writePcapng({
        ...capture,
        records: [
          { ...record!, comments: ['→'.repeat(30_000)] },
          { ...record!, interface: 2 },
        ],
      }),
    );
    assert.deepEqual(problems, []);
    assert.equal(records.length, 1);
    assert.equal(records[0]!.comments[0], '→'.repeat(21_845));
  });

  describe('files of others', () => {
    it('big-endian, options without an end', () => {
      const file = bytesOf(
        bigSection,
        bigInterface('0002 0004 65746830', '0009 0001 09000000'),
        bigPacket(
          '00000001 00000002',
          '0001 0002 68690000',
          '0002 0004 00000002',
          '0005 0008 0000000000000007',
        ),
        block('big', 5, '00000000 00000000 00000000 0004 0008 0000000000000009 0005 0008 0000000000000001'),
        block('big', 4, '0001 0008 0a000001 61006200 0001 0006 0a000002 6300 0000 0000 0000'),
      );
      const read = readPcapng(file);
      assert.deepEqual(read, {
        interfaces: [
          { name: 'eth0', linkType: 1, snapLength: 0xffff, statistics: { received: 9n, dropped: 1n } },
        ],
        records: [
          {
            interface: 0,
            timeNs: 4_294_967_298n,
            bytes: Uint8Array.of(0xaa, 0xbb, 0xcc),
            originalLength: 64,
            comments: ['hi'],
            direction: 'out',
            packetId: 7n,
          },
        ],
        names: [
          { address: 0x0a000001, name: 'a' },
          { address: 0x0a000001, name: 'b' },
          { address: 0x0a000002, name: 'c' },
        ],
        problems: [],
      });
    });

    const resolutions: [string, string[], string, bigint][] = [
      ['default: microseconds', [], '00000000 00000005', 5_000n],
      ['milliseconds', ['0009 0001 03000000'], '00000000 00000005', 5_000_000n],
      ['picoseconds', ['0009 0001 0c000000'], '00000000 000010e1', 4n],
      ['seconds', ['0009 0001 00000000'], '00000000 00000005', 5_000_000_000n],
      ['2^-10 s', ['0009 0001 8a000000'], '00000000 00000600', 1_500_000_000n],
      ['2^-32 s', ['0009 0001 a0000000'], '00000001 80000000', 1_500_000_000n],
      ['offset of 2 s', ['000e 0008 0000000000000002'], '00000000 00000005', 2_000_005_000n],
      ['offset of -1 s', ['000e 0008 ffffffffffffffff'], '00000000 001e8480', 1_000_000_000n],
    ];
    for (const [name, options, ticks, timeNs] of resolutions) {
      it(`time: ${name}`, () => {
        const file = bytesOf(bigSection, bigInterface(...options), bigPacket(ticks));
        assert.equal(readPcapng(file).records[0]?.timeNs, timeNs);
      });
    }

    it('several sections number their interfaces anew, in their own byte order', () => {
      const little = [
        littleSection,
        block('little', 1, '0100 0000 00000000', '0200 0100 62000000'),
        block('little', 6, '00000000 00000000 05000000 01000000 01000000 ee000000'),
      ];
      const file = bytesOf(
        bigSection,
        bigInterface('0002 0001 61000000'),
        bigPacket('00000000 00000001'),
        ...little,
      );
      const { interfaces, records, problems } = readPcapng(file);
      assert.deepEqual(
        interfaces.map(({ name }) => name),
        ['a', 'b'],
      );
      assert.deepEqual(
        records.map((record) => [record.interface, record.timeNs]),
        [
          [0, 1_000n],
          [1, 5_000n],
        ],
      );
      assert.deepEqual(problems, []);
    });

    it('simple and obsolete packet blocks; unknown blocks are skipped', () => {
      const file = bytesOf(
        bigSection,
        block('big', 1, '0001 0000 00000002'),
        block('big', 0x0bad, '01020304'),
        block('big', 3, '00000005 aabb0000'),
        block('big', 2, '0000 ffff 00000000 00000001 00000002 00000009 ccdd0000 0002 0004 00000001'),
      );
      const { records, problems } = readPcapng(file);
      assert.deepEqual(problems, []);
      assert.deepEqual(records, [
        {
          interface: 0,
          timeNs: 0n,
          hasNoTime: true,
          bytes: Uint8Array.of(0xaa, 0xbb),
          originalLength: 5,
          comments: [],
        },
        {
          interface: 0,
          timeNs: 1_000n,
          bytes: Uint8Array.of(0xcc, 0xdd),
          originalLength: 9,
          comments: [],
          direction: 'in',
        },
      ]);
    });
  });

  describe('damage', () => {
    const good = [bigSection, bigInterface(), bigPacket('00000000 00000001')];
    const cases: [string, string[], number, string][] = [
      ['no section header', [bigInterface()], 0, 'pcapng section header'],
      [
        'another byte-order magic',
        [block('big', 0x0a0d0d0a, '11111111 0001 0000 ffffffffffffffff')],
        0,
        'pcapng section header',
      ],
      ['version 2', [block('big', 0x0a0d0d0a, '1a2b3c4d 0002 0000 ffffffffffffffff')], 0, 'pcapng 2.x'],
      ['a packet of no interface', [bigSection, bigPacket('00000000 00000001')], 0, 'pcapng packet'],
      ['a length that is no multiple of 4', [...good, '00000006 00000021 00'.repeat(4)], 1, 'pcapng block'],
      ['a length below 12', [...good, '00000006 00000008 00000000'], 1, 'pcapng block'],
      ['a trailing length that differs', [...good, '00000006 0000000c 00000010'], 1, 'pcapng block'],
      ['a packet block too short', [...good, block('big', 6, '00000000')], 1, 'pcapng block'],
      [
        'a packet longer than its block',
        [...good, block('big', 6, '00000000 00000000 00000001 00000009 00000009 00')],
        1,
        'pcapng block',
      ],
      [
        'an option longer than its block',
        [...good, bigPacket('00000000 00000002', '0001 00ff 61616161')],
        2,
        'pcapng option',
      ],
      [
        'statistics of no interface',
        [...good, block('big', 5, '00000009 00000000 00000000')],
        1,
        'pcapng interface statistics',
      ],
    ];
    for (const [name, parts, records, where] of cases) {
      it(name, () => {
        const read = readPcapng(bytesOf(...parts));
        assert.equal(read.records.length, records);
        assert.deepEqual(
          read.problems.map((one) => one.where),
          [where],
        );
      });
    }

    it('reading goes on behind a block whose content is wrong', () => {
      const file = bytesOf(
        ...good,
        block('big', 6, '00000000 00000000 00000001 00000009 00000009 00000000'),
        good[2]!,
      );
      const read = readPcapng(file);
      assert.equal(read.records.length, 2);
      assert.deepEqual(
        read.problems.map((one) => one.where),
        ['pcapng packet'],
      );
    });

    it('cut anywhere: the records before the cut, and a problem unless it falls between blocks', () => {
      const whole = writePcapng(capture);
      const ends = new Set<number>();
      const view = new DataView(whole.buffer);
      for (let at = 0; at < whole.length;) ends.add((at += view.getUint32(at + 4, true)));
      let records = 0;
      for (let length = 0; length <= whole.length; length++) {
        const read = readPcapng(whole.slice(0, length));
        assert.equal(read.problems.length, ends.has(length) ? 0 : 1, `cut at ${length}`);
        assert.ok(read.records.length >= records);
        records = read.records.length;
      }
      assert.equal(records, 2);
    });

    it('any bytes do no harm', () => {
      const whole = writePcapng(capture);
      const changed = fc
        .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 })
        .map((changes) => {
          const copy = whole.slice();
          for (const [at, value] of changes) copy[at] = value;
          return copy;
        });
      fc.assert(
        fc.property(fc.oneof(fc.uint8Array(), changed), (bytes) => void readPcapng(bytes)),
        { numRuns: 2000 },
      );
    });

    it('nothing outside the file is read', () => {
      const whole = writePcapng(capture);
      for (let length = 0; length < whole.length; length += 3) {
        const buffer = new Uint8Array(whole.length + 64).fill(0xff);
        buffer.set(whole.subarray(0, length), 32);
        assert.deepEqual(readPcapng(buffer.subarray(32, 32 + length)), readPcapng(whole.slice(0, length)));
      }
    });
  });

  it('tshark reads it without complaint', function () {
    if (spawnSync('tshark', ['--version']).error !== undefined) {
      if (process.env['CI']) throw new Error('tshark is missing: apt-get install tshark');
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), 'lb-lab-'));
    try {
      const file = join(folder, 'frames.pcapng');
      writeFileSync(file, writePcapng(capture));
      const fields = [
        'frame.interface_name',
        'frame.time_epoch',
        'frame.packet_id',
        'frame.comment',
        'frame.len',
      ];
      const { status, stdout, stderr } = spawnSync(
        'tshark',
        ['-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stderr);
      assert.equal(stderr.replace(/^Running as user .*\n/, ''), '');
      assert.deepEqual(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.split('\t')),
        [
          ['client.A', '1700000000.123456789', '1', 'journey 1: 客户端 → VIP 🎉,second', '72'],
          ['director.B', '1700000000.123456790', '', '', '72'],
        ],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('padding and options as the format wants them', () => {
    const file = writePcapng({
      interfaces: [{ name: 'a', linkType: 1, snapLength: 9 }],
      records: [
        {
          interface: 0,
          timeNs: 1n << 32n,
          bytes: ascii('abc'),
          originalLength: 3,
          comments: ['hi'],
          direction: 'in',
        },
      ],
      names: [],
    });
    const expected = bytesOf(
      littleSection,
      block('little', 1, '0100 0000 09000000', '0200 0100 61000000', '0900 0100 09000000', '00000000'),
      block(
        'little',
        6,
        '00000000 01000000 00000000 03000000 03000000 61626300',
        '0100 0200 68690000',
        '0200 0400 01000000',
        '00000000',
      ),
    );
    assert.equal(toHex(file), toHex(expected));
  });
});
