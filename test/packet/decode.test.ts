import { asIpv4, asMac, NO_MAC } from '../../src/packet/address.ts';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  buildArp,
  buildIcmpEcho,
  buildIcmpError,
  buildIpv4,
  buildUdp,
  wrapIpip,
} from '../../src/packet/build.ts';
import { setU16 } from '../../src/packet/bytes.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import type { PacketProblem } from '../../src/packet/layers.ts';
import { ascii, ip, kinds, layerOf, macs, tcpFrame } from './sample.ts';

const addresses = { source: ip('10.0.1.2'), destination: ip('10.0.2.100') };
const tunnel = { source: ip('10.0.2.2'), destination: ip('10.0.3.11') };
const udpFrame = buildUdp({
  ethernet: macs,
  ip: addresses,
  udp: { sourcePort: 5353, destinationPort: 53 },
  payload: ascii('hello'),
});
const wrapped = wrapIpip({ ethernet: macs, ip: tunnel, inner: tcpFrame() });
const echo = buildIcmpEcho({
  ethernet: macs,
  ip: addresses,
  icmp: { operation: 'request', identifier: 7, sequence: 1 },
  payload: ascii('ping'),
});
const unreachable = (quoted: Uint8Array): Uint8Array =>
  buildIcmpError({ ethernet: macs, ip: addresses, icmp: { type: 3, code: 1 }, quoted });

/** The frame with bytes replaced from an offset on. */
function patched(frame: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = frame.slice();
  copy.set(bytes, at);
  return copy;
}

describe('decodeFrame', () => {
  const cases: [string, Uint8Array, string, PacketProblem['problem'] | undefined, string?][] = [
    ['TCP', tcpFrame(), 'ethernet ipv4 tcp payload', undefined],
    ['TCP without payload', tcpFrame({ payload: new Uint8Array() }), 'ethernet ipv4 tcp', undefined],
    [
      'a trailer is no payload',
      Uint8Array.of(...tcpFrame({ payload: new Uint8Array() }), 0, 0),
      'ethernet ipv4 tcp',
      undefined,
    ],
    ['UDP', udpFrame, 'ethernet ipv4 udp payload', undefined],
    ['echo', echo, 'ethernet ipv4 icmp payload', undefined],
    ['IP-in-IP', wrapped, 'ethernet ipv4 ipv4 tcp payload', undefined],
    [
      'ARP',
      buildArp({
        arp: {
          operation: 1,
          senderMac: asMac(1),
          senderIp: asIpv4(2),
          targetMac: NO_MAC,
          targetIp: asIpv4(3),
        },
      }),
      'ethernet arp',
      undefined,
    ],
    [
      'IPv6 is payload',
      ethernet.encode({ ...macs, etherType: 0x86dd }, new Uint8Array(40)),
      'ethernet payload',
      undefined,
    ],
    [
      'a protocol we do not know',
      buildIpv4({ ethernet: macs, ip: { ...addresses, protocol: 132 }, payload: ascii('x') }),
      'ethernet ipv4 payload',
      undefined,
    ],
    [
      'first fragment',
      buildIpv4({
        ethernet: macs,
        ip: { ...addresses, protocol: 17, moreFragments: true },
        payload: patched(udpFrame.slice(34), 4, 8, 0),
      }),
      'ethernet ipv4 udp payload',
      undefined,
    ],
    ['later fragment', tcpFrame({ ip: { fragmentOffset: 1480 } }), 'ethernet ipv4 payload', undefined],
    [
      'first fragment of IP-in-IP',
      patched(wrapped, 20, 0x20, 0),
      'ethernet ipv4 ipv4 tcp payload',
      undefined,
    ],
    ['ICMP error', unreachable(tcpFrame().subarray(14)), 'ethernet ipv4 icmp', undefined],
    ['nothing', new Uint8Array(), '', 'truncated', 'ethernet'],
    ['half an Ethernet header', tcpFrame().subarray(0, 13), '', 'truncated', 'ethernet'],
    ['no IP header', tcpFrame().subarray(0, 14), 'ethernet', 'truncated', 'ipv4'],
    ['cut in the TCP header', tcpFrame().subarray(0, 53), 'ethernet ipv4', 'truncated', 'tcp'],
    ['cut in the payload', tcpFrame().subarray(0, 60), 'ethernet ipv4 tcp payload', 'truncated', 'ipv4'],
    [
      'cut in the options',
      tcpFrame({ tcp: { options: new Uint8Array(8) } }).subarray(0, 58),
      'ethernet ipv4',
      'truncated',
      'tcp',
    ],
    ['cut inside a tunnel', wrapped.subarray(0, 60), 'ethernet ipv4 ipv4', 'truncated', 'tcp'],
    [
      'a tiny first fragment',
      buildIpv4({
        ethernet: macs,
        ip: { ...addresses, protocol: 6, moreFragments: true },
        payload: new Uint8Array(8),
      }),
      'ethernet ipv4',
      'truncated',
      'tcp',
    ],
    ['cut UDP payload', udpFrame.subarray(0, 44), 'ethernet ipv4 udp payload', 'truncated', 'ipv4'],
    ['bad IP version', patched(tcpFrame(), 14, 0x55), 'ethernet', 'bad-version', 'ipv4'],
    ['bad IHL', patched(tcpFrame(), 14, 0x43), 'ethernet', 'bad-header-length', 'ipv4'],
    ['bad total length', patched(tcpFrame(), 16, 0, 10), 'ethernet', 'bad-length', 'ipv4'],
    ['bad version in a tunnel', patched(wrapped, 34, 0x60), 'ethernet ipv4', 'bad-version', 'ipv4'],
    ['bad data offset', patched(tcpFrame(), 46, 0x40), 'ethernet ipv4', 'bad-header-length', 'tcp'],
    [
      'data offset beyond the packet',
      patched(tcpFrame({ payload: new Uint8Array() }), 46, 0xf0),
      'ethernet ipv4',
      'bad-header-length',
      'tcp',
    ],
    ['bad UDP length', patched(udpFrame, 38, 0, 99), 'ethernet ipv4', 'bad-length', 'udp'],
    [
      'ARP for token ring',
      patched(
        buildArp({
          arp: {
            operation: 1,
            senderMac: asMac(1),
            senderIp: asIpv4(2),
            targetMac: NO_MAC,
            targetIp: asIpv4(3),
          },
        }),
        14,
        0,
        6,
      ),
      'ethernet',
      'unsupported',
      'arp',
    ],
    [
      'an ICMP error that quotes too little',
      unreachable(tcpFrame().subarray(14, 30)),
      'ethernet ipv4 icmp payload',
      'truncated',
      'ipv4',
    ],
  ];
  for (const [name, frame, layers, problem, where] of cases) {
    it(name, () => {
      const decoded = decodeFrame(frame);
      assert.equal(kinds(frame), layers);
      assert.equal(decoded.problem?.problem, problem);
      assert.equal(decoded.problem?.where, where);
    });
  }

  it('layers stand one behind the other', () => {
    assert.deepEqual(
      decodeFrame(wrapped).layers.map(({ start, end }) => [start, end]),
      [
        [0, 14],
        [14, 34],
        [34, 54],
        [54, 74],
        [74, 92],
      ],
    );
  });

  it('a frame that the capture cut says so even where no header misses anything', () => {
    const whole = tcpFrame();
    assert.equal(decodeFrame(whole, whole.length).problem, undefined);
    assert.equal(decodeFrame(whole, whole.length + 4).problem?.where, 'ethernet');
    assert.equal(
      decodeFrame(ethernet.encode({ ...macs, etherType: 0x86dd }, new Uint8Array(9)), 99).problem?.problem,
      'truncated',
    );
  });

  it('a header cut by the capture is no bad header', () => {
    const frame = tcpFrame({ tcp: { options: new Uint8Array(40) } });
    assert.equal(decodeFrame(frame.subarray(0, 60), frame.length).problem?.problem, 'truncated');
  });

  it('L4 checksums: right, wrong, unknown', () => {
    assert.equal(layerOf(decodeFrame(tcpFrame()), 'tcp').checksumOk, true);
    assert.equal(layerOf(decodeFrame(patched(tcpFrame(), 60, 0)), 'tcp').checksumOk, false);
    assert.equal(layerOf(decodeFrame(wrapped), 'tcp').checksumOk, true);
    assert.equal(layerOf(decodeFrame(echo), 'icmp').checksumOk, true);
    assert.equal(layerOf(decodeFrame(udpFrame), 'udp').checksumOk, true);
    assert.equal(layerOf(decodeFrame(tcpFrame().subarray(0, 60)), 'tcp').checksumOk, undefined);
    assert.equal(
      layerOf(decodeFrame(tcpFrame({ ip: { moreFragments: true } })), 'tcp').checksumOk,
      undefined,
    );
  });

  describe('quoted packets', () => {
    it('a whole TCP header, no top-level payload', () => {
      const { quoted } = layerOf(decodeFrame(unreachable(tcpFrame().subarray(14))), 'icmp');
      assert.deepEqual(
        quoted.map((layer) => layer.kind),
        ['ipv4', 'tcp', 'payload'],
      );
      const tcp = layerOf({ layers: quoted }, 'tcp');
      assert.equal(tcp.sequence, 1000);
      assert.equal(tcp.start, 62);
      assert.equal(tcp.checksumOk, undefined);
    });

    it('eight bytes of TCP: ports and sequence number', () => {
      const decoded = decodeFrame(unreachable(tcpFrame().subarray(14, 42)));
      assert.equal(decoded.problem, undefined);
      const tcp = layerOf({ layers: layerOf(decoded, 'icmp').quoted }, 'tcp');
      assert.deepEqual([tcp.start, tcp.end], [62, 70]);
      assert.deepEqual([tcp.sourcePort, tcp.destinationPort, tcp.sequence], [40000, 80, 1000]);
      assert.deepEqual(
        [tcp.acknowledgement, tcp.flags, tcp.window, tcp.checksum, tcp.options.length],
        [0, 0, 0, 0, 0],
      );
    });

    it('TCP options cut off', () => {
      const frame = tcpFrame({ tcp: { options: new Uint8Array(12).fill(1) } });
      const decoded = decodeFrame(unreachable(frame.subarray(14, 58)));
      assert.equal(decoded.problem, undefined);
      const tcp = layerOf({ layers: layerOf(decoded, 'icmp').quoted }, 'tcp');
      assert.deepEqual([tcp.end - tcp.start, tcp.window, tcp.options.length], [20, 65535, 0]);
    });

    it('a tunnel packet of which 8 inner bytes are quoted', () => {
      const decoded = decodeFrame(unreachable(wrapped.subarray(14, 42)));
      assert.equal(decoded.problem, undefined);
      assert.deepEqual(
        layerOf(decoded, 'icmp').quoted.map((layer) => layer.kind),
        ['ipv4', 'payload'],
      );
    });

    it('a whole tunnel packet', () => {
      const { quoted } = layerOf(decodeFrame(unreachable(wrapped.subarray(14))), 'icmp');
      assert.deepEqual(
        quoted.map((layer) => layer.kind),
        ['ipv4', 'ipv4', 'tcp', 'payload'],
      );
    });

    it('UDP and echo; an error about an error is not followed', () => {
      const quotedKinds = (frame: Uint8Array): string =>
        layerOf(decodeFrame(unreachable(frame.subarray(14))), 'icmp')
          .quoted.map((layer) => layer.kind)
          .join(' ');
      assert.equal(quotedKinds(udpFrame), 'ipv4 udp payload');
      assert.equal(quotedKinds(echo), 'ipv4 icmp payload');
      assert.equal(quotedKinds(unreachable(udpFrame.subarray(14))), 'ipv4 icmp payload');
    });

    it('of its checksum nothing can be told: what it covers may have been cut', () => {
      for (const [frame, kind] of [
        [udpFrame, 'udp'],
        [tcpFrame(), 'tcp'],
        [echo, 'icmp'],
      ] as const) {
        const { quoted } = layerOf(decodeFrame(unreachable(frame.subarray(14))), 'icmp');
        const layer = quoted.find((one) => one.kind === kind);
        assert.ok(layer && 'checksumOk' in layer, kind);
        assert.equal(layer.checksumOk, undefined, kind);
      }
    });

    it('an echo quotes nothing', () => {
      assert.deepEqual(layerOf(decodeFrame(echo), 'icmp').quoted, []);
    });
  });

  it('a long row of nested headers is decoded in a flat loop', () => {
    const bytes = new Uint8Array(65_000);
    setU16(bytes, 12, 0x0800);
    for (let at = 14; at + 20 <= bytes.length; at += 20) {
      bytes.set([0x45, 0], at);
      setU16(bytes, at + 2, bytes.length - at);
      bytes[at + 9] = 4;
    }
    assert.ok(decodeFrame(bytes).layers.length > 3000);
  });

  describe('any bytes', () => {
    /** Random bytes behind headers that lead the decoder somewhere. */
    const frames = fc
      .tuple(
        fc.constantFrom(tcpFrame(), udpFrame, wrapped, echo, unreachable(wrapped.subarray(14))),
        fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 6 }),
        fc.nat(150),
        fc.uint8Array({ maxLength: 30 }),
      )
      .map(([frame, changes, length, tail]) => {
        const bytes = Uint8Array.of(...frame.subarray(0, length), ...tail);
        for (const [at, value] of changes) if (at >= 12 && at < bytes.length) bytes[at] = value;
        return bytes;
      });

    it('never throw, and layers stay inside the frame', () => {
      fc.assert(
        fc.property(fc.oneof(frames, fc.uint8Array({ maxLength: 100 })), (bytes) => {
          const { layers } = decodeFrame(bytes);
          for (const layer of layers.flatMap((one) => (one.kind === 'icmp' ? [one, ...one.quoted] : [one]))) {
            assert.ok(layer.start >= 0 && layer.start <= layer.end && layer.end <= bytes.length);
            if ('checksumOk' in layer) assert.notEqual(layer.checksumOk, null);
            for (const value of Object.values(layer)) {
              if (typeof value === 'number') assert.ok(Number.isSafeInteger(value) && value >= 0);
            }
          }
        }),
        { numRuns: 3000 },
      );
    });

    it('nothing outside the frame is read', () => {
      const summary = (bytes: Uint8Array): unknown => {
        const { layers, problem } = decodeFrame(bytes);
        return {
          problem,
          layers: layers.map((one) => ({ ...one, ok: 'checksumOk' in one && one.checksumOk })),
        };
      };
      fc.assert(
        fc.property(frames, fc.nat(255), (bytes, filler) => {
          const buffer = new Uint8Array(bytes.length + 200).fill(filler);
          buffer.set(bytes, 100);
          assert.deepEqual(summary(buffer.subarray(100, 100 + bytes.length)), summary(bytes));
        }),
        { numRuns: 1000 },
      );
    });

    it('no index beyond the array is asked for', () => {
      const guarded = (bytes: Uint8Array): Uint8Array =>
        new Proxy(bytes, {
          get(target, key) {
            if (typeof key === 'string' && /^-?\d+$/.test(key)) {
              assert.ok(Number(key) >= 0 && Number(key) < target.length, `byte ${key} of ${target.length}`);
            }
            return Reflect.get(target, key, target) as unknown;
          },
        });
      fc.assert(
        fc.property(frames, (bytes) => {
          for (const layer of decodeFrame(guarded(bytes)).layers)
            if ('checksumOk' in layer) void layer.checksumOk;
        }),
        { numRuns: 500 },
      );
    });
  });
});
