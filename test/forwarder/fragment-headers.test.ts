import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { buildIcmpEcho, buildIpv4 } from '../../src/packet/build.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { isProblem } from '../../src/packet/problem.ts';
import { allSent, cut, datagram, service, start, texts, WIDE } from './fragment-rig.ts';
import {
  CIP,
  DIP,
  M_DIRECTOR,
  M_INSIDE,
  M_ROUTER,
  M_SERVER,
  hex,
  Rig,
  RIP,
  RS1,
  segment,
  type SegmentFields,
  VIP,
} from './rig.ts';

/** What each fragment's own header comes to, where it differs from the others'. */

const FORWARDED = { macs: [M_DIRECTOR, M_SERVER], ttl: 62 } as const;
const TRANSLATED = { ...FORWARDED, addresses: [DIP, RIP], ports: [40000, 53] } as const;
/** Records one address; none is there yet. */
const ROUTE = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0);
const RECORDED = Uint8Array.of(7, 7, 8, 10, 0, 2, 2, 0);

const web = (config: ForwarderConfig): ForwarderConfig => ({
  ...config,
  services: [{ ...config.services[0]!, protocol: 'tcp', port: 80, servers: [RS1] }],
});

const tcp = (fields: Partial<SegmentFields> = {}): Uint8Array =>
  segment({
    macs: [M_ROUTER, M_DIRECTOR],
    addresses: [CIP, VIP],
    ports: [5000, 80],
    ttl: 63,
    dontFragment: false,
    payload: 'x'.repeat(40),
    ...fields,
  });

/** The frame with other values in its IPv4 header. */
function withHeader(frame: Uint8Array, fields: Partial<ipv4.Ipv4Header>): Uint8Array {
  const header = ipv4.decode(frame, 14, frame.length);
  assert.ok(!isProblem(header));
  const bytes = buildIpv4({
    ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
    ip: { ...header, ...fields },
    payload: frame.subarray(header.end),
  });
  bytes.set(frame.subarray(0, 12));
  return bytes;
}

const relations = (rig: Rig, frames: readonly Uint8Array[]): string[] =>
  frames.map((frame) => {
    const { relation, reason } = rig.give(frame).decisions[0]!;
    return `${relation} ${reason ?? ''}`.trim();
  });

describe('a first fragment in dr', () => {
  it('leads as soon as it tells its flow: the ports of UDP, and the flags of TCP', () => {
    const dns = start(service('dr'));
    assert.deepEqual(relations(dns, cut(datagram(), 8)), ['forwarded', 'forwarded']);
    for (const [length, became] of [
      [13, 'dropped bad-fragment'],
      [14, 'forwarded'],
    ] as const)
      for (const before of [[], [tcp()]]) {
        const rig = start(web(service('dr')));
        for (const frame of before) rig.give(frame);
        assert.deepEqual(relations(rig, cut(tcp(), length).slice(0, 1)), [became]);
      }
  });

  it('is none of those behind it, whatever their payload looks like', () => {
    const frame = datagram({ length: 24 });
    // The ports of the service, where a first fragment has them.
    frame.set([19, 136, 0, 53, 0, 24, 0, 0], 34 + 16);
    assert.deepEqual(relations(start(service('dr')), cut(frame, 16).slice(1)), ['held']);
  });

  it('went nowhere: those behind it neither, for the same reason', () => {
    const drained = service('dr');
    const none = { ...drained.services[0]!, servers: [{ ...RS1, port: 53, weight: 0 }] };
    // The refusal goes back at once, though nobody knows the way to the client.
    const rig = new Rig({ ...drained, services: [none] });
    assert.deepEqual(relations(rig, cut(datagram(), 16)), ['caused-error no-server', 'dropped no-server']);
    // Of a connection that is there.
    const known = start(service('dr'));
    known.give(datagram());
    const [first, last] = cut(datagram(), 16);
    assert.deepEqual(relations(known, [withHeader(first!, { ttl: 1 }), last!]), [
      'caused-error ttl-expired',
      'dropped ttl-expired',
    ]);
    assert.equal(known.connections.length, 1);
  });

  it('and those that waited for it: each has its own options, its own length and a place in the sums', () => {
    const rig = start(service('dr'));
    const [first, second, third] = cut(datagram(), 16, 64);
    const given = [withHeader(second!, { options: ROUTE }), third!, withHeader(first!, { options: ROUTE })];
    for (const frame of given) rig.give(frame);
    const [head, middle, tail] = cut(datagram(FORWARDED), 16, 64);
    const expected = [
      withHeader(head!, { options: RECORDED }),
      withHeader(middle!, { options: RECORDED }),
      tail!,
    ];
    assert.deepEqual(allSent(rig), texts(expected));
    const { packetsIn, bytesIn } = rig.port.forwarder.counters().services[0]!;
    assert.deepEqual([packetsIn, bytesIn], [3, 20 * 3 + 8 * 2 + 108]);
  });

  it('and a later one with a first one’s options behind one that has none', () => {
    const rig = start(service('dr'));
    const [first, last] = cut(datagram(), 16);
    // What stands where an option would, in a header that were longer, is payload.
    last!.set(ROUTE, 34);
    rig.give(last!);
    rig.give(withHeader(first!, { options: ROUTE }));
    const [, tail] = cut(datagram(FORWARDED), 16);
    tail!.set(ROUTE, 34);
    assert.equal(allSent(rig).at(-1), hex(tail!));
  });
});

describe('a datagram that was put together', () => {
  it('has the header of its first fragment', () => {
    const rig = start(service('dnat', true));
    const [first, middle, last] = cut(datagram(), 16, 64);
    const given = [
      withHeader(first!, { ttl: 9, trafficClass: 0xb9, options: ROUTE }),
      withHeader(middle!, { ttl: 33, trafficClass: 0x23 }),
      withHeader(last!, { ttl: 34, trafficClass: 0x22 }),
    ];
    for (const frame of given) rig.give(frame);
    // The mark of the one that met congestion is everybody's; the rest of the class is the first one's.
    const own = { ttl: 8, trafficClass: 0xbb };
    const expected = cut(datagram(TRANSLATED), 16, 64).map((frame, index) =>
      withHeader(frame, { ...own, options: index === 0 ? RECORDED : new Uint8Array(8).fill(1, 0, 7) }),
    );
    assert.deepEqual(allSent(rig), texts(expected));
    const { packetsIn, bytesIn } = rig.port.forwarder.counters().services[0]!;
    assert.deepEqual([packetsIn, bytesIn], [1, 28 + 108]);
  });

  it('may be as long as any packet, and goes on in pieces of the MTU', () => {
    const length = 65_535 - 28;
    const every = (step: number): number[] =>
      Array.from({ length: Math.floor((length + 7) / step) }, (_, i) => (i + 1) * step);
    const rig = start(service('dnat', true));
    for (const frame of cut(datagram({ macs: WIDE, length }), ...every(8976))) rig.give(frame, 1);
    assert.deepEqual(allSent(rig), texts(cut(datagram({ ...TRANSLATED, length }), ...every(1480))));
  });

  it('is dropped when its checksum is wrong, and not mended', () => {
    const rig = start(service('dnat', true));
    const [first, last] = cut(datagram(), 16);
    last![40]! ^= 1;
    assert.deepEqual(relations(rig, [first!, last!]), ['held', 'dropped bad-checksum']);
  });

  it('and began with half a TCP header: is cut anew, no longer than the longest was, with the DF it had', () => {
    for (const dontFragment of [false, true]) {
      const rig = start(web(service('dnat', true)));
      for (const frame of cut(tcp({ dontFragment }), 8, 40)) rig.give(frame);
      const to = {
        macs: TRANSLATED.macs,
        addresses: TRANSLATED.addresses,
        ports: [40000, 80],
        ttl: 62,
      } as const;
      // 8, 32 and 20 bytes came; 60 go, 32 at a time.
      const expected = cut(tcp({ ...to, dontFragment }), 32);
      assert.deepEqual(allSent(rig), texts(expected));
    }
  });
});

describe('a packet that is cut', () => {
  it('a fragment itself: of its pieces only one at offset 0 keeps what is not to be copied', () => {
    const options = Uint8Array.of(7, 3, 4, 1, 130, 4, 0, 0);
    const without = Uint8Array.of(1, 1, 1, 1, 130, 4, 0, 0);
    for (const [at, edges, kept] of [
      [8, [8, 56, 104], [0]],
      // The last one fits: it goes as it came.
      [64, [48, 64], [0, 2]],
    ] as const) {
      const rig = start(service('dr', false, 76));
      for (const frame of cut(datagram({ macs: WIDE, options }), at)) rig.give(frame, 1);
      const expected = cut(datagram({ ...FORWARDED, options }), ...edges).map((frame, index) =>
        kept.some((one) => one === index) ? frame : withHeader(frame, { options: without }),
      );
      assert.deepEqual(allSent(rig), texts(expected));
    }
  });

  it('its later pieces have what is to be copied, wherever it stands, up to the end of all options', () => {
    // No operation, a route that is full, security, a full route again; then the end, and no option behind it.
    const options = Uint8Array.of(1, 7, 3, 4, 130, 4, 0, 0, 7, 3, 4, 0, 7, 3, 9, 0);
    const without = Uint8Array.of(1, 1, 1, 1, 130, 4, 0, 0, 1, 1, 1, 0, 7, 3, 9, 0);
    const rig = start(service('dnat', true, 92));
    rig.give(datagram({ macs: WIDE, options }), 1);
    rig.give(datagram({ macs: WIDE, options }), 1);
    const expected = cut(datagram({ ...TRANSLATED, options }), 56).map((frame, index) =>
      index === 0 ? frame : withHeader(frame, { options: without }),
    );
    assert.deepEqual(allSent(rig), texts([...expected, ...expected]));
  });

  it('one that just fits is not touched', () => {
    const fits = { length: 100 - 28, dontFragment: true };
    const rig = start(service('dr', false, 100));
    rig.give(datagram({ ...fits, macs: WIDE }), 1);
    assert.deepEqual(allSent(rig), texts([datagram({ ...fits, ...FORWARDED })]));
  });

  it('nor is an answer that just fits', () => {
    const echo = (operation: 'request' | 'reply'): Uint8Array =>
      buildIcmpEcho({
        ethernet:
          operation === 'request'
            ? { source: M_ROUTER, destination: M_DIRECTOR }
            : { source: M_DIRECTOR, destination: M_ROUTER },
        ip:
          operation === 'request'
            ? { source: CIP, destination: VIP, ttl: 63, dontFragment: true }
            : { source: VIP, destination: CIP, ttl: 64, dontFragment: true },
        icmp: { operation, identifier: 7, sequence: 1 },
        payload: new Uint8Array(100 - 28),
      });
    const rig = start(service('dr', false, 100));
    rig.give(echo('request'));
    assert.deepEqual(allSent(rig), texts([echo('reply')]));
  });

  it('an answer in fragments goes back by the port they came in by', () => {
    const request = buildIcmpEcho({
      ethernet: { source: M_ROUTER, destination: M_INSIDE },
      ip: { source: CIP, destination: VIP, ttl: 63 },
      icmp: { operation: 'request', identifier: 7, sequence: 1 },
      payload: new Uint8Array(100),
    });
    const rig = start(service('dr'));
    const sent = cut(request, 16).flatMap((frame) => rig.give(frame, 1).sent);
    assert.deepEqual(
      sent.map(({ port }) => port),
      [1, 1],
    );
  });
});
