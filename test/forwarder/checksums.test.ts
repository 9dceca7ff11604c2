import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as checksums from '../../src/forwarder/checksums.ts';
import { NO_MAC } from '../../src/packet/address.ts';
import { buildIcmpEcho, buildTcp, buildUdp } from '../../src/packet/build.ts';
import { fillChecksums, l4ChecksumOk } from '../../src/packet/checksum.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { decrementTtl } from '../../src/forwarder/rewrite.ts';
import { CIP, VIP } from './rig.ts';

/** Against the arithmetic of `src/packet`, which goes two bytes at a time and looks at what is there. */

const ethernet = { source: NO_MAC, destination: NO_MAC };
const ports = { sourcePort: 50000, destinationPort: 80 };

type Kind = 'tcp' | 'udp' | 'udp without checksum' | 'icmp';

/** A frame with valid checksums; behind its datagram a UDP packet may have surplus bytes. */
function build(kind: Kind, options: Uint8Array, payload: Uint8Array, surplus: Uint8Array): Uint8Array {
  const ip = { source: CIP, destination: VIP, options };
  if (kind === 'tcp') return buildTcp({ ethernet, ip, tcp: { ...ports, flags: 16 }, payload });
  if (kind === 'icmp') {
    const icmp = { operation: 'request', identifier: 1, sequence: 2 } as const;
    return buildIcmpEcho({ ethernet, ip, icmp, payload });
  }
  const udp = { ...ports, withChecksum: kind === 'udp' };
  const datagram = buildUdp({ ethernet, ip, udp, payload });
  const frame = Uint8Array.from([...datagram, ...surplus]);
  new DataView(frame.buffer).setUint16(14 + ipv4.TOTAL_LENGTH, frame.length - 14);
  ipv4.fillHeaderChecksum(frame, 14);
  return frame;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer);

describe('checksums of the hot path', () => {
  const bytes = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most });
  const options = fc.nat(10).map((count) => new Uint8Array(4 * count).fill(1));
  const kinds: readonly Kind[] = ['tcp', 'udp', 'udp without checksum', 'icmp'];

  for (const kind of kinds) {
    it(`${kind}: hold and fail where those of whole packets do, for packets of any length`, () => {
      fc.assert(
        fc.property(options, bytes(90), bytes(3), fc.nat(), fc.nat(255), (...given) => {
          const [ipOptions, payload, surplus, place, value] = given;
          const whole = build(kind, ipOptions, payload, surplus);
          const l4 = 34 + ipOptions.length;
          const isOk = (frame: Uint8Array): boolean =>
            checksums.l4ChecksumOk(viewOf(frame), 14, l4, frame.length, ipv4.protocolOf(frame, 14));
          assert.equal(isOk(whole), true);
          // Anywhere but in a length, which says where the packet ends.
          const damaged = whole.slice();
          const at = 26 + (place % (whole.length - 26));
          if (kind.startsWith('udp') && (at & ~1) === l4 + 4) return;
          if (at >= 34 && at < l4) return;
          damaged[at] = value;
          assert.equal(isOk(damaged), l4ChecksumOk(damaged, 14, damaged.length) ?? true);
        }),
      );
    });
  }

  it('of headers and of ICMP messages are written as those of whole packets are', () => {
    fc.assert(
      fc.property(options, bytes(40), (ipOptions, payload) => {
        const whole = build('icmp', ipOptions, payload, new Uint8Array());
        const l4 = 34 + ipOptions.length;
        const frame = whole.slice();
        for (const field of [24, l4 + 2]) frame.set([0x12, 0x34], field);
        assert.equal(checksums.headerChecksumOk(viewOf(frame), 14, l4 - 14), false);
        checksums.fillHeaderChecksum(viewOf(frame), 14, l4 - 14);
        checksums.fillIcmpChecksum(viewOf(frame), l4, frame.length);
        assert.equal(checksums.headerChecksumOk(viewOf(frame), 14, l4 - 14), true);
        assert.deepEqual(frame, whole);
        fillChecksums(frame, 0, frame.length);
        assert.deepEqual(frame, whole);
      }),
    );
  });

  // Words whose halves add up to nothing, to one, to most.
  const words = [0, 1, 0xffff, 0x1_0000, 0x1234_5678, 0xffff_0000, 0xffff_fffe, 0xffff_ffff];
  const updated = (checksum: number, before: number, after: number): number => {
    const view = viewOf(new Uint8Array(2));
    view.setUint16(0, checksum);
    checksums.applyChange(view, 0, checksums.change(before | 0, after | 0));
    return view.getUint16(0);
  };

  it('follow a change of any word (RFC 1624), modulo ffff', () => {
    for (const checksum of [0, 1, 0x1234, 0xfffe, 0xffff])
      for (const before of words)
        for (const after of words)
          // 2^16 and 2^32 are 1 in this arithmetic.
          assert.equal(
            (updated(checksum, before, after) + after) % 0xffff,
            (checksum + before) % 0xffff,
            `${checksum} ${before} ${after}`,
          );
  });

  it('stay as they are where nothing changes, whichever of the two zeros they are (erratum 4782)', () => {
    for (const checksum of [0, 0x1234, 0xffff])
      for (const word of words) assert.equal(updated(checksum, word, word), checksum);
  });

  it('of a header one TTL lower are those of that header, whichever they were', () => {
    const sums = fc.oneof(
      fc.constantFrom(0, 1, 0xfe00, 0xfeff, 0xff00, 0xfffe),
      fc.integer({ min: 0, max: 0xfffe }),
    );
    fc.assert(
      fc.property(sums, fc.integer({ min: 2, max: 255 }), (wanted, ttl) => {
        const frame = buildTcp({
          ethernet,
          ip: { source: CIP, destination: VIP, ttl },
          tcp: { ...ports, flags: 16 },
        });
        const view = viewOf(frame);
        const checksumAt = 14 + ipv4.CHECKSUM;
        // An identification that brings the checksum to what is wanted: sums are modulo ffff.
        view.setUint16(18, 0);
        ipv4.fillHeaderChecksum(frame, 14);
        view.setUint16(18, (view.getUint16(checksumAt) - wanted + 0xffff) % 0xffff);
        ipv4.fillHeaderChecksum(frame, 14);
        assert.equal(view.getUint16(checksumAt), wanted);
        decrementTtl(view, 14);
        const kept = frame.slice();
        frame[14 + ipv4.TTL] = ttl - 1;
        ipv4.fillHeaderChecksum(frame, 14);
        assert.deepEqual(kept, frame);
      }),
    );
  });

  it('add their carries back in, however often', () => {
    const totals = [0xffff, 0x1_0000, 0x1_fffe, 0x1_ffff, 0x2_ffff, 0xffff_0000 >>> 1, 0x7fff_ffff];
    for (const total of totals) assert.equal(checksums.fold(total), ((total - 1) % 0xffff) + 1, `${total}`);
    assert.equal(checksums.fold(0), 0);
  });
});
