import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asIpv4 } from '../../src/packet/address.ts';
import { setU16, setU32, u16, u32 } from '../../src/packet/bytes.ts';
import {
  asUdpChecksum,
  checksum,
  fillChecksums,
  fold,
  l4ChecksumOk,
  sum,
  update16,
  update32,
  updateBytes,
} from '../../src/packet/checksum.ts';
import { buildIpv4, buildUdp, wrapIpip } from '../../src/packet/build.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import * as tcp from '../../src/packet/tcp.ts';
import { findOption, MAXIMUM_SEGMENT_SIZE } from '../../src/packet/tcp-options.ts';
import * as udp from '../../src/packet/udp.ts';
import { ip, layerOf, macs, tcpFrame } from './sample.ts';
import { describeWithVectors, fromHex, vectors } from './vectors.ts';

interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly hex: string;
  readonly checksum: string;
  readonly old_checksum: string;
  readonly old: string;
  readonly new: string;
}

const hex = (text: string): number => Number.parseInt(text, 16);

describeWithVectors('checksum vectors', () => {
  let all: Vector[];
  before(() => {
    all = (vectors('checksum.json') as { vectors: Vector[] }).vectors;
  });

  /** Runs `check` for every vector of the kind, of which there must be some. */
  const each = (kind: string, check: (vector: Vector) => void): void => {
    it(kind, () => {
      const chosen = all.filter((vector) => vector.kind === kind);
      assert.ok(chosen.length > 0);
      for (const vector of chosen) check(vector);
    });
  };

  it('no kind is left out', () => {
    const known = [
      'compute',
      'incremental16',
      'incremental16-policy',
      'udp-policy',
      'odd-offset',
      'frame-valid',
    ];
    assert.deepEqual(new Set(all.map(({ kind }) => kind)), new Set(known));
  });

  each('compute', ({ name, hex: text, checksum: expected }) => {
    const bytes = fromHex(text);
    assert.equal(checksum(bytes, 0, bytes.length), hex(expected), name);
  });

  each('incremental16', (vector) => {
    const { name, old_checksum, old, new: now, checksum: expected } = vector;
    assert.equal(update16(hex(old_checksum), hex(old), hex(now)), hex(expected), name);
  });

  each('incremental16-policy', ({ name, old_checksum, old, new: now, checksum: expected }) => {
    assert.equal(old, now);
    assert.equal(update16(hex(old_checksum), hex(old), hex(now)), hex(expected), name);
  });

  each('udp-policy', ({ name }) => {
    const addresses = { source: ip('10.0.0.1'), destination: ip('10.0.0.2') };
    const ports = { sourcePort: 1, destinationPort: 2 };
    const none = buildUdp({ ethernet: macs, ip: addresses, udp: { ...ports, withChecksum: false } });
    assert.equal(udp.checksumOf(none, 34), 0, name);
    assert.equal(l4ChecksumOk(none, 14, none.length), undefined, name);
    // The payload is the complement of everything else, so that the computed checksum is 0.
    const empty = buildUdp({ ethernet: macs, ip: addresses, udp: ports, payload: new Uint8Array(2) });
    const payload = new Uint8Array(2);
    setU16(payload, 0, udp.checksumOf(empty, 34));
    const zero = buildUdp({ ethernet: macs, ip: addresses, udp: ports, payload });
    assert.equal(udp.checksumOf(zero, 34), 0xffff, name);
    assert.equal(l4ChecksumOk(zero, 14, zero.length), true, name);
    assert.equal(asUdpChecksum(0), 0xffff);
    assert.equal(asUdpChecksum(1), 1);
  });

  each('odd-offset', ({ name }) => {
    const options = Uint8Array.of(1, MAXIMUM_SEGMENT_SIZE, 4, 0x05, 0xb4, 1, 1, 1);
    const frame = tcpFrame({ tcp: { flags: tcp.SYN, options }, payload: new Uint8Array(3) });
    const at = findOption(frame, 34 + tcp.OPTIONS, 34 + tcp.headerLengthOf(frame, 34), MAXIMUM_SEGMENT_SIZE);
    const field = at + 2;
    assert.equal((field - 34) % 2, 1, name);
    setU16(frame, field, 1400);
    tcp.setChecksum(frame, 34, updateBytes(tcp.checksumOf(frame, 34), true, 1460, 1400));
    assert.equal(l4ChecksumOk(frame, 14, frame.length), true, name);
  });

  each('frame-valid', ({ name, hex: text }) => {
    const frame = fromHex(text);
    const whole = decodeFrame(frame);
    const header = layerOf(whole, 'ipv4');
    const l4 = whole.layers[2]!;
    const end = header.start + header.totalLength;
    assert.ok(header.checksumOk, name);
    assert.ok('checksumOk' in l4 && l4.checksumOk, name);
    for (let at = header.start; at < end; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = frame.slice();
        flipped[at]! ^= 1 << bit;
        const inHeader = at < header.end;
        const noticed = inHeader
          ? !ipv4.headerChecksumOk(flipped, header.start) || decodeFrame(flipped).problem !== undefined
          : l4ChecksumOk(flipped, header.start, flipped.length) !== true;
        assert.ok(noticed, `${name}: bit ${bit} of byte ${at}`);
      }
    }
  });
});

describe('checksum', () => {
  it('chained ranges give the sum of the whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(100), (bytes, half) => {
        const middle = Math.min(bytes.length, half * 2);
        const chained = sum(bytes, middle, bytes.length, sum(bytes, 0, middle));
        assert.equal(fold(chained), fold(sum(bytes, 0, bytes.length)));
      }),
    );
  });

  it('folds sums beyond 32 bits', () => {
    assert.equal(fold(0xffff_ffff_ffff), 0xffff);
    assert.equal(fold(0x1_0000_0000), 1);
    assert.equal(fold(0x1_0001_0001), 3);
    assert.equal(fold(0), 0);
  });

  // A checksum over data that is not all zero, as every packet's is: ones'-complement zero has two forms otherwise.
  const data = fc
    .uint8Array({ minLength: 8, maxLength: 60 })
    .map((bytes) => Uint8Array.of(0x45, ...bytes, ...(bytes.length % 2 === 0 ? [0] : [])));

  it('16 bits changed at an even or odd offset: incremental equals full', () => {
    fc.assert(
      fc.property(data, fc.nat(), fc.nat(0xffff), (bytes, somewhere, word) => {
        const at = 1 + (somewhere % (bytes.length - 2));
        const before = checksum(bytes, 0, bytes.length);
        const updated = updateBytes(before, at % 2 === 1, u16(bytes, at), word);
        setU16(bytes, at, word);
        assert.equal(updated, checksum(bytes, 0, bytes.length));
      }),
      { numRuns: 2000 },
    );
  });

  it('32 bits changed: incremental equals full', () => {
    fc.assert(
      fc.property(data, fc.nat(), fc.nat(0xffffffff), (bytes, somewhere, long) => {
        const at = 2 + 2 * (somewhere % Math.floor((bytes.length - 4) / 2));
        const before = checksum(bytes, 0, bytes.length);
        const updated = update32(before, u32(bytes, at), long);
        setU32(bytes, at, long);
        assert.equal(updated, checksum(bytes, 0, bytes.length));
      }),
      { numRuns: 2000 },
    );
  });

  it('a change there and back restores any checksum', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), fc.nat(0xffff), (value, a, b) => {
        const back = update16(update16(value, a, b), b, a);
        // 0 and 0xffff are the two forms of zero; the equation never makes one from the other by itself.
        assert.equal(back % 0xffff, value % 0xffff);
      }),
    );
  });

  describe('l4ChecksumOk', () => {
    const cases: [string, Uint8Array, boolean | undefined][] = [
      ['TCP', tcpFrame(), true],
      ['odd payload', tcpFrame({ payload: new Uint8Array(7).fill(9) }), true],
      ['first fragment', tcpFrame({ ip: { moreFragments: true } }), undefined],
      ['later fragment', tcpFrame({ ip: { fragmentOffset: 8 } }), undefined],
      ['cut', tcpFrame().subarray(0, 60), undefined],
      [
        'an Ethernet trailer does not count',
        Uint8Array.of(...tcpFrame({ payload: new Uint8Array() }), 1, 2, 3),
        true,
      ],
      [
        'another protocol',
        buildIpv4({
          ethernet: macs,
          ip: { source: asIpv4(1), destination: asIpv4(2), protocol: 47 },
          payload: new Uint8Array(40),
        }),
        undefined,
      ],
      [
        'no room for the header',
        buildIpv4({
          ethernet: macs,
          ip: { source: asIpv4(1), destination: asIpv4(2), protocol: 6 },
          payload: new Uint8Array(19),
        }),
        undefined,
      ],
      ['nothing', new Uint8Array(), undefined],
    ];
    for (const [name, frame, expected] of cases) {
      it(name, () => assert.equal(l4ChecksumOk(frame, 14, frame.length), expected));
    }
    it('a wrong one', () => {
      const frame = tcpFrame();
      frame[frame.length - 1]! ^= 1;
      assert.equal(l4ChecksumOk(frame, 14, frame.length), false);
    });
  });

  describe('fillChecksums', () => {
    const blank = (frame: Uint8Array, ...fields: number[]): Uint8Array => {
      const copy = frame.slice();
      for (const field of fields) setU16(copy, field, 0xdead);
      return copy;
    };
    const inner = tcpFrame();
    const wrapped = wrapIpip({ ethernet: macs, ip: { source: asIpv4(1), destination: asIpv4(2) }, inner });
    const datagram = buildUdp({
      ethernet: macs,
      ip: { source: asIpv4(1), destination: asIpv4(2) },
      udp: { sourcePort: 3, destinationPort: 4 },
      payload: Uint8Array.of(1, 2, 3),
    });
    const cases: [string, Uint8Array, number[]][] = [
      ['TCP', inner, [24, 50]],
      ['UDP', datagram, [24, 40]],
      ['IP-in-IP: outer, inner and TCP', wrapped, [24, 44, 70]],
      ['first fragment: the header only', tcpFrame({ ip: { moreFragments: true } }), [24]],
    ];
    for (const [name, frame, fields] of cases) {
      it(name, () => {
        const broken = blank(frame, ...fields);
        fillChecksums(broken, 0, broken.length);
        assert.deepEqual(broken, frame);
      });
    }
    it('works at an offset and leaves what surrounds the frame', () => {
      const buffer = new Uint8Array(inner.length + 40).fill(0xaa);
      buffer.set(blank(inner, 24, 50), 20);
      fillChecksums(buffer, 20, 20 + inner.length);
      assert.deepEqual(buffer.slice(20, 20 + inner.length), inner);
      assert.ok(buffer.subarray(0, 20).every((byte) => byte === 0xaa));
      assert.ok(buffer.subarray(20 + inner.length).every((byte) => byte === 0xaa));
    });
    it('random bytes do no harm', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
          bytes[12] = 8;
          bytes[13] = 0;
          const before = bytes.length;
          fillChecksums(bytes, 0, bytes.length);
          assert.equal(bytes.length, before);
        }),
      );
    });
  });
});
