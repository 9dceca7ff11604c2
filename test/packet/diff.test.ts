import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asIpv4, asMac, type Mac, NO_MAC } from '../../src/packet/address.ts';
import { buildArp, buildIcmpEcho, buildIcmpError, buildUdp, wrapIpip } from '../../src/packet/build.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import { diffFrames } from '../../src/packet/diff.ts';
import type { FieldChange } from '../../src/packet/layers.ts';
import { ascii, ip, mac, macs, tcpFrame } from './sample.ts';

/** `field before > after`, one a line; checksum values are left out where a test is not about them. */
function diff(before: Uint8Array, after: Uint8Array, { checksums = false } = {}): string[] {
  return diffFrames(decodeFrame(before), decodeFrame(after))
    .filter(({ field }) => checksums || !field.endsWith('.checksum'))
    .map(({ field, before: old, after: now }: FieldChange) => `${field} ${old || '∅'} > ${now || '∅'}`);
}

const server = { source: mac('02:00:00:00:00:02'), destination: mac('02:00:00:00:00:11') };
const tunnel = { source: ip('10.0.2.2'), destination: ip('10.0.3.11') };
const addresses = { source: ip('10.0.1.2'), destination: ip('10.0.2.100') };
const datagram = (sourcePort: number, payload = ''): Uint8Array =>
  buildUdp({
    ethernet: macs,
    ip: addresses,
    udp: { sourcePort, destinationPort: 53, withChecksum: false },
    payload: ascii(payload),
  });
const ping = (identifier: number): Uint8Array =>
  buildIcmpEcho({ ethernet: macs, ip: addresses, icmp: { operation: 'request', identifier, sequence: 1 } });
const error = (quoted: Uint8Array, code = 1): Uint8Array =>
  buildIcmpError({ ethernet: macs, ip: addresses, icmp: { type: 3, code }, quoted: quoted.subarray(14) });
const arp = (operation: number, senderMac: Mac): Uint8Array =>
  buildArp({
    ethernet: macs,
    arp: { operation, senderMac, senderIp: asIpv4(1), targetMac: NO_MAC, targetIp: asIpv4(0x0a000002) },
  });

describe('diffFrames', () => {
  const cases: [string, Uint8Array, Uint8Array, string[]][] = [
    ['nothing', tcpFrame(), tcpFrame(), []],
    ['a trailer does not count', tcpFrame(), Uint8Array.of(...tcpFrame(), 0, 0, 0, 0), []],
    [
      'dr: MACs and TTL',
      tcpFrame(),
      tcpFrame({ ethernet: server, ip: { ttl: 63 } }),
      [
        'eth.dst 02:00:00:00:00:02 > 02:00:00:00:00:11',
        'eth.src 02:00:00:00:00:01 > 02:00:00:00:00:02',
        'ip.ttl 64 > 63',
      ],
    ],
    [
      'dnat: addresses and ports',
      tcpFrame(),
      tcpFrame({
        ip: { source: ip('10.0.3.2'), destination: ip('10.0.3.11') },
        tcp: { sourcePort: 50000, destinationPort: 8080 },
      }),
      [
        'ip.src 10.0.1.2 > 10.0.3.2',
        'ip.dst 10.0.2.100 > 10.0.3.11',
        'tcp.srcport 40000 > 50000',
        'tcp.dstport 80 > 8080',
      ],
    ],
    [
      'tun: outer header added, inner TTL compared with the inner',
      tcpFrame(),
      wrapIpip({ ethernet: macs, ip: tunnel, inner: tcpFrame({ ip: { ttl: 63 } }) }),
      ['ipip ∅ > 10.0.2.2 → 10.0.3.11', 'ip.ttl 64 > 63'],
    ],
    [
      'tun: outer header removed',
      wrapIpip({ ethernet: macs, ip: tunnel, inner: tcpFrame() }),
      tcpFrame(),
      ['ipip 10.0.2.2 → 10.0.3.11 > ∅'],
    ],
    [
      'tun: both headers of both frames, outer first',
      wrapIpip({ ethernet: macs, ip: { ...tunnel, ttl: 62 }, inner: tcpFrame({ ip: { ttl: 50 } }) }),
      wrapIpip({ ethernet: macs, ip: { ...tunnel, ttl: 61 }, inner: tcpFrame({ ip: { ttl: 49 } }) }),
      ['ip.ttl 62 > 61', 'ip.ttl 50 > 49'],
    ],
    [
      'every other field of IPv4',
      tcpFrame(),
      tcpFrame({
        ip: { id: 1, trafficClass: 0x10, dontFragment: false, options: Uint8Array.of(1, 1, 1, 0) },
      }),
      [
        'ip.dsfield 0x00 > 0x10',
        'ip.len 58 > 62',
        'ip.id 0x1234 > 0x0001',
        'ip.flags DF > -',
        'ip.options - > 01010100',
      ],
    ],
    [
      'fragments',
      tcpFrame({ ip: { moreFragments: true } }).subarray(0, 54),
      tcpFrame({ ip: { moreFragments: true, dontFragment: false } }).subarray(0, 54),
      ['ip.flags DF, MF > MF'],
    ],
    [
      'every other field of TCP',
      tcpFrame(),
      tcpFrame({
        tcp: {
          sequence: 4000000000,
          acknowledgement: 2,
          flags: 0x12,
          window: 512,
          urgent: 9,
          options: Uint8Array.of(1, 1, 1, 1),
        },
      }),
      [
        'ip.len 58 > 62',
        'tcp.seq 1000 > 4000000000',
        'tcp.ack 0 > 2',
        'tcp.flags PSH, ACK > SYN, ACK',
        'tcp.window_size 65535 > 512',
        'tcp.urgent_pointer 0 > 9',
        'tcp.options - > 01010101',
      ],
    ],
    [
      'TCP without flags',
      tcpFrame({ tcp: { flags: 0 } }),
      tcpFrame({ tcp: { flags: 1 } }),
      ['tcp.flags - > FIN'],
    ],
    [
      'UDP and payload',
      datagram(1, 'ab'),
      datagram(2, 'abc'),
      ['ip.len 30 > 31', 'udp.srcport 1 > 2', 'udp.length 10 > 11', 'payload 6162 > 616263'],
    ],
    [
      'payload gone',
      datagram(1, 'ab'),
      datagram(1),
      ['ip.len 30 > 28', 'udp.length 10 > 8', 'payload 6162 > -'],
    ],
    ['echo identifier', ping(1), ping(2), ['icmp.rest 0x00010001 > 0x00020001']],
    ['ICMP code', error(ping(1)), error(ping(1), 3), ['icmp.code 1 > 3']],
    [
      'a quoted packet: its own fields',
      error(tcpFrame()),
      error(tcpFrame({ ip: { source: ip('10.0.3.2') }, tcp: { sourcePort: 50000 } })),
      [
        'icmp.quoted ip.checksum 0x1125, ip.src 10.0.1.2, tcp.srcport 40000, tcp.checksum 0x193c > ' +
          'ip.checksum 0x0f25, ip.src 10.0.3.2, tcp.srcport 50000, tcp.checksum 0xf02b',
      ],
    ],
    [
      'ARP',
      arp(1, asMac(1)),
      arp(2, asMac(2)),
      ['arp.opcode 1 > 2', 'arp.src.hw_mac 00:00:00:00:00:01 > 00:00:00:00:00:02'],
    ],
    [
      'the part that a capture cut off does not count',
      tcpFrame({ payload: ascii('0123456789') }),
      tcpFrame({ payload: ascii('0123456789'), ip: { ttl: 63 } }).subarray(0, 58),
      ['ip.ttl 64 > 63'],
    ],
    [
      'nor does an L4 header cut off',
      tcpFrame(),
      tcpFrame({ ip: { ttl: 63 } }).subarray(0, 40),
      ['ip.ttl 64 > 63'],
    ],
    [
      'one protocol gone, another there',
      datagram(7),
      ping(1),
      [
        'ip.proto 17 > 1',
        'udp.srcport 7 > ∅',
        'udp.dstport 53 > ∅',
        'udp.length 8 > ∅',
        'icmp.type ∅ > 8',
        'icmp.code ∅ > 0',
        'icmp.rest ∅ > 0x00010001',
      ],
    ],
  ];
  for (const [name, before, after, expected] of cases) {
    it(name, () => assert.deepEqual(diff(before, after), expected));
  }

  it('checksums', () => {
    assert.deepEqual(
      diff(tcpFrame(), tcpFrame({ ip: { destination: ip('10.0.3.11') } }), { checksums: true }),
      ['ip.checksum 0x1125 > 0x107e', 'ip.dst 10.0.2.100 > 10.0.3.11', 'tcp.checksum 0x193c > 0x1895'],
    );
  });

  it('a long payload is abridged', () => {
    const [, , change] = diff(datagram(1), datagram(1, 'x'.repeat(300)));
    assert.equal(change, `payload - > ${'78'.repeat(40)}… (300)`);
  });

  it('backwards is the same with sides swapped; a frame never differs from itself', () => {
    const frames = fc.constantFrom(...cases.flatMap(([, before, after]) => [before, after]));
    fc.assert(
      fc.property(frames, frames, (a, b) => {
        const [x, y] = [decodeFrame(a), decodeFrame(b)];
        assert.deepEqual(diffFrames(x, x), []);
        // The order in which headers of two protocols are listed follows the direction; it does not count here.
        const parts = (text: string): string => text.split(', ').sort().join(', ');
        const key = ({ field, before, after }: FieldChange): string =>
          [field, parts(before), parts(after)].join('|');
        const back = diffFrames(y, x).map(({ field, before, after }) =>
          key({ field, before: after, after: before }),
        );
        assert.deepEqual(diffFrames(x, y).map(key).sort(), back.sort());
      }),
    );
  });

  it('no frames, however broken, throw', () => {
    const bytes = fc.uint8Array({ maxLength: 90 }).map((random) => {
      const copy = random.slice();
      copy.set([8, 0, 0x45].slice(0, Math.max(0, copy.length - 12)), Math.min(12, copy.length));
      return copy;
    });
    fc.assert(fc.property(bytes, bytes, (a, b) => void diffFrames(decodeFrame(a), decodeFrame(b))));
  });
});
