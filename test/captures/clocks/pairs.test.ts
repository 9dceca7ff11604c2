import assert from 'node:assert/strict';
import { findPairs, type Sighting } from '../../../src/captures/clocks/pairs.ts';
import { finished } from '../../../src/captures/steps.ts';
import { asMac, parseIpv4 } from '../../../src/packet/address.ts';
import { buildTcp, buildUdp, wrapIpip } from '../../../src/packet/build.ts';

const ip = (text: string) => parseIpv4(text)!;
const macs = { source: asMac(0x020000000001), destination: asMac(0x020000000002) };

interface Segment {
  readonly source?: string;
  readonly destination?: string;
  readonly ttl?: number;
  readonly id?: number;
  readonly sequence?: number;
  readonly sourcePort?: number;
  readonly payload?: number;
}

function segment({
  source = '10.0.1.10',
  destination = '10.0.2.100',
  ttl = 64,
  id = 7,
  sequence = 1000,
  sourcePort = 40000,
  payload = 100,
}: Segment): Uint8Array {
  return buildTcp({
    ethernet: macs,
    ip: { source: ip(source), destination: ip(destination), ttl, id },
    tcp: { sourcePort, destinationPort: 80, sequence, acknowledgement: 5, flags: 16 },
    payload: new Uint8Array(payload).fill(9),
  });
}

const seen = (host: string, direction: 'in' | 'out', timeNs: number, bytes: Uint8Array): Sighting => ({
  host,
  direction,
  timeNs: BigInt(timeNs),
  bytes,
});

const told = (sightings: readonly Sighting[]): string[] =>
  finished(findPairs(sightings, sightings.length)).map(
    ({ from, sentNs, to, receivedNs }) => `${from} ${sentNs} ${to} ${receivedNs}`,
  );

const sent = seen('client', 'out', 1, segment({}));
const translated = segment({ source: '10.0.3.2', destination: '10.0.3.11', sourcePort: 4000, ttl: 62 });

describe('findPairs', () => {
  it('knows a packet again behind a router, a NAT and a tunnel', () => {
    const wrapped = wrapIpip({
      ethernet: macs,
      ip: { source: ip('10.0.2.2'), destination: ip('10.0.3.11'), ttl: 40 },
      inner: segment({ ttl: 62 }),
    });
    for (const bytes of [segment({ ttl: 63 }), translated, wrapped])
      assert.deepEqual(told([sent, seen('b', 'in', 5, bytes)]), ['client 1 b 5']);
  });

  it('and by headers alone, in frames that were cut', () => {
    const cut = translated.subarray(0, 96);
    assert.deepEqual(told([sent, seen('b', 'in', 5, cut)]), ['client 1 b 5']);
  });

  it('makes pairs along the whole way, and none backwards', () => {
    const way = [
      sent,
      seen('director', 'in', 2, segment({ ttl: 63 })),
      seen('director', 'out', 3, translated),
      seen('server', 'in', 4, translated),
    ];
    assert.deepEqual(told(way), ['client 1 director 2', 'client 1 server 4', 'director 3 server 4']);
  });

  it('says nothing of two forwarders that leave the TTL alone: either may be the first', () => {
    const way = ['a', 'b'].flatMap((host, index) => [
      seen(host, 'in', 10 * index + 2, segment({ ttl: 63 })),
      seen(host, 'out', 10 * index + 3, segment({ ttl: 63 })),
    ]);
    assert.deepEqual(told([sent, ...way]), ['client 1 a 2', 'client 1 b 12']);
  });

  it('makes no pair of a retransmission, nor of what passes a host twice', () => {
    const at = (time: number): Sighting => seen('b', 'in', time, segment({ ttl: 63 }));
    assert.deepEqual(told([sent, at(5), at(9)]), []);
    assert.deepEqual(told([sent, { ...sent, timeNs: 9n }, at(5)]), []);
    // With an id of its own it is another packet.
    const again = [
      seen('client', 'out', 7, segment({ id: 8 })),
      seen('b', 'in', 9, segment({ id: 8, ttl: 63 })),
    ];
    assert.deepEqual(told([sent, at(5), ...again]), ['client 1 b 5', 'client 7 b 9']);
  });

  it('keeps packets apart that differ in a number, a length or a first byte', () => {
    for (const bytes of [segment({ sequence: 1001 }), segment({ payload: 99 }), segment({ id: 8 })])
      assert.deepEqual(told([sent, seen('b', 'in', 5, bytes)]), []);
    const datagram = (byte: number, ttl: number): Uint8Array =>
      buildUdp({
        ethernet: macs,
        ip: { source: ip('10.0.1.10'), destination: ip('10.0.2.100'), ttl },
        udp: { sourcePort: 5, destinationPort: 53 },
        payload: Uint8Array.of(byte, 1, 2, 3, 4, 5, 6, 7, 8),
      });
    const asked = seen('client', 'out', 1, datagram(1, 64));
    assert.deepEqual(told([asked, seen('b', 'in', 5, datagram(1, 63))]), ['client 1 b 5']);
    assert.deepEqual(told([asked, seen('b', 'in', 5, datagram(2, 63))]), []);
  });

  it('of very many packets takes a part, the same at each host', () => {
    const sightings = Array.from({ length: 2000 }, (_, i) => [
      seen('client', 'out', i, segment({ sequence: i })),
      seen('b', 'in', i + 5, segment({ sequence: i, ttl: 63 })),
    ]).flat();
    const pairs = finished(findPairs(sightings, 1_000_000));
    assert.ok(pairs.length > 200 && pairs.length < 800, String(pairs.length));
    assert.ok(pairs.every(({ sentNs, receivedNs }) => receivedNs - sentNs === 5n));
  });

  it('reads nothing past the end of a frame, whatever it holds', () => {
    const whole = segment({});
    for (let length = 0; length <= whole.length; length++) {
      const cut = whole.subarray(0, length);
      assert.doesNotThrow(() => told([seen('a', 'out', 1, cut), seen('b', 'in', 2, cut)]));
    }
  });
});
