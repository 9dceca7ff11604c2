import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asIpv4, asMac, type Mac, NO_MAC } from '../../src/packet/address.ts';
import {
  buildArp,
  buildIcmpEcho,
  buildIcmpError,
  buildIpv4,
  buildTcp,
  buildUdp,
  MAX_ICMP_ERROR_LENGTH,
  wrapIpip,
} from '../../src/packet/build.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import { ascii, ip, layerOf, mac, macs, tcpFrame } from './sample.ts';
import { toHex } from './vectors.ts';

const addresses = { source: ip('10.0.1.2'), destination: ip('10.0.2.100') };

describe('builder', () => {
  it('every value of a TCP frame', () => {
    const options = Uint8Array.of(2, 4, 5, 0xb4);
    const frame = buildTcp({
      ethernet: macs,
      ip: {
        ...addresses,
        ttl: 62,
        id: 0xbeef,
        trafficClass: 0x2e,
        dontFragment: true,
        options: Uint8Array.of(1, 1, 1, 0),
      },
      tcp: {
        sourcePort: 40000,
        destinationPort: 80,
        sequence: 0xfffffff0,
        acknowledgement: 0x80000000,
        flags: 0x12,
        window: 1234,
        urgent: 5,
        options,
      },
      payload: ascii('abc'),
    });
    const decoded = decodeFrame(frame);
    assert.equal(decoded.problem, undefined);
    const { checksum: ipChecksum, ...header } = layerOf(decoded, 'ipv4');
    assert.deepEqual(header, {
      kind: 'ipv4',
      start: 14,
      end: 38,
      trafficClass: 0x2e,
      totalLength: 51,
      id: 0xbeef,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      ttl: 62,
      protocol: 6,
      checksumOk: true,
      ...addresses,
      options: Uint8Array.of(1, 1, 1, 0),
    });
    assert.ok(ipChecksum > 0);
    const { checksum, ...segment } = { ...layerOf(decoded, 'tcp') };
    assert.deepEqual(segment, {
      kind: 'tcp',
      start: 38,
      end: 62,
      sourcePort: 40000,
      destinationPort: 80,
      sequence: 0xfffffff0,
      acknowledgement: 0x80000000,
      flags: 0x12,
      window: 1234,
      urgent: 5,
      options,
    });
    assert.ok(checksum > 0);
    assert.equal(layerOf(decoded, 'tcp').checksumOk, true);
    assert.deepEqual(frame.slice(62), ascii('abc'));
  });

  it('a frame byte for byte', () => {
    const frame = buildUdp({
      ethernet: macs,
      ip: addresses,
      udp: { sourcePort: 0x1234, destinationPort: 53 },
      payload: ascii('hi'),
    });
    const expected = [
      '020000000002 020000000001 0800',
      '4500 001e 0000 0000 4011 636a 0a000102 0a000264',
      '1234 0035 000a 6da2 6869',
    ];
    assert.equal(toHex(frame), expected.join('').replaceAll(' ', ''));
  });

  it('echo request and reply', () => {
    for (const [operation, type] of [
      ['request', 8],
      ['reply', 0],
    ] as const) {
      const frame = buildIcmpEcho({
        ethernet: macs,
        ip: addresses,
        icmp: { operation, identifier: 0xfffe, sequence: 3 },
        payload: ascii('x'),
      });
      const icmp = layerOf(decodeFrame(frame), 'icmp');
      assert.deepEqual([icmp.type, icmp.code, icmp.rest, icmp.checksumOk], [type, 0, 0xfffe0003, true]);
    }
  });

  it('an ICMP error is at most 576 bytes long and keeps its quote', () => {
    const about = tcpFrame({ payload: new Uint8Array(1400) }).subarray(14);
    const ipFields = { ...addresses, options: new Uint8Array(4) };
    for (const ipHeader of [addresses, ipFields]) {
      const frame = buildIcmpError({
        ethernet: macs,
        ip: ipHeader,
        icmp: { type: 3, code: 4, rest: 1480 },
        quoted: about,
      });
      const decoded = decodeFrame(frame);
      assert.equal(frame.length, 14 + MAX_ICMP_ERROR_LENGTH);
      const icmp = layerOf(decoded, 'icmp');
      assert.deepEqual([icmp.rest, icmp.checksumOk], [1480, true]);
      assert.equal(layerOf({ layers: icmp.quoted }, 'tcp').sourcePort, 40000);
    }
  });

  it('ARP: a request goes to everyone, a reply to the target', () => {
    const sender = { senderMac: mac('02:00:00:00:00:01'), senderIp: ip('10.0.0.1') };
    const target = { targetMac: mac('02:00:00:00:00:09'), targetIp: ip('10.0.0.9') };
    const destinationOf = (operation: number): Mac =>
      layerOf(decodeFrame(buildArp({ arp: { operation, ...sender, ...target } })), 'ethernet').destination;
    assert.equal(destinationOf(1), mac('ff:ff:ff:ff:ff:ff'));
    assert.equal(destinationOf(2), target.targetMac);
    const elsewhere = buildArp({ ethernet: macs, arp: { operation: 2, ...sender, ...target } });
    assert.equal(layerOf(decodeFrame(elsewhere), 'ethernet').destination, macs.destination);
  });

  it('IP-in-IP copies TTL, traffic class and DF from the inner packet and drops its trailer', () => {
    const inner = tcpFrame({ ip: { ttl: 61, trafficClass: 3, dontFragment: true } });
    const withTrailer = Uint8Array.of(...inner, 0, 0, 0);
    const tunnel = { source: ip('10.0.2.2'), destination: ip('10.0.3.11') };
    const frame = wrapIpip({ ethernet: macs, ip: tunnel, inner: withTrailer });
    assert.equal(frame.length, inner.length + 20);
    assert.deepEqual(frame.slice(34), inner.slice(14));
    const outer = layerOf(decodeFrame(frame), 'ipv4');
    assert.deepEqual(
      [outer.ttl, outer.trafficClass, outer.dontFragment, outer.protocol, outer.source, outer.destination],
      [61, 3, true, 4, tunnel.source, tunnel.destination],
    );
    const other = wrapIpip({ ethernet: macs, ip: { ...tunnel, ttl: 9, dontFragment: false, id: 5 }, inner });
    const header = layerOf(decodeFrame(other), 'ipv4');
    assert.deepEqual([header.ttl, header.dontFragment, header.id], [9, false, 5]);
  });

  it('what holds no IPv4 packet is not wrapped', () => {
    const arp = buildArp({
      arp: { operation: 1, senderMac: asMac(1), senderIp: asIpv4(2), targetMac: NO_MAC, targetIp: asIpv4(3) },
    });
    for (const frame of [arp, new Uint8Array(), tcpFrame().subarray(0, 30)]) {
      assert.equal(wrapIpip({ ethernet: macs, ip: addresses, inner: frame }), frame);
    }
  });

  it('any frame built has valid checksums and no problem', () => {
    const port = fc.nat(0xffff);
    const address = fc.maxSafeNat().map((n) => asIpv4(n % 2 ** 32));
    const ipFields = fc.record({ source: address, destination: address, id: port, ttl: fc.nat(255) });
    const data = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(ipFields, port, port, data, (header, sourcePort, destinationPort, payload) => {
        const frames = [
          buildTcp({ ethernet: macs, ip: header, tcp: { sourcePort, destinationPort, flags: 2 }, payload }),
          buildUdp({ ethernet: macs, ip: header, udp: { sourcePort, destinationPort }, payload }),
          buildIcmpEcho({
            ethernet: macs,
            ip: header,
            icmp: { operation: 'request', identifier: sourcePort, sequence: destinationPort },
            payload,
          }),
          buildIpv4({ ethernet: macs, ip: { ...header, protocol: 89 }, payload }),
        ];
        for (const frame of frames) {
          for (const outer of [frame, wrapIpip({ ethernet: macs, ip: header, inner: frame })]) {
            const { layers, problem } = decodeFrame(outer);
            assert.equal(problem, undefined);
            for (const layer of layers) if ('checksumOk' in layer) assert.equal(layer.checksumOk, true);
          }
        }
      }),
    );
  });
});
