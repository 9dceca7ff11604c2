import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { fillFrame, makeFrame, type Frame } from '../../src/forwarder/frame.ts';
import type { Verdict } from '../../src/forwarder/verdict.ts';
import { addressAfter } from '../../src/packet/address.ts';
import { buildIpv4, buildUdp } from '../../src/packet/build.ts';
import { frameHash } from '../../src/packet/hash.ts';
import { fillHeaderChecksum } from '../../src/packet/ipv4.ts';
import {
  ACK,
  CIP,
  DIP,
  directorConfig,
  EXT,
  FIN,
  HOST,
  M_DIRECTOR,
  M_HOST,
  M_INSIDE,
  M_OUTSIDE,
  M_ROUTER,
  M_SERVER,
  M_UPSTREAM,
  natConfig,
  request,
  Rig,
  RIP,
  ROUTER,
  RST,
  segment,
  SIP,
  SYN,
  TIMEOUTS,
  UPSTREAM,
  VIP,
} from './rig.ts';

/**
 * Which packets take the straight line, and which the long way. Both say the same of a packet, so it shows only in whose
 * verdict it is: that of the straight line is always one and the same.
 */

const config = (model: 'dnat' | 'dr' | 'tun', rest: Partial<ForwarderConfig> = {}): ForwarderConfig => {
  const made = directorConfig({ model, snat: model === 'dnat' }, rest);
  return { ...made, services: [made.services[0]!, { ...made.services[0]!, name: 'dns', protocol: 'udp' }] };
};

function frameOf(bytes: Uint8Array): Frame {
  const frame = makeFrame(bytes.length);
  fillFrame(frame, 0, bytes);
  return frame;
}

const datagram = (length: number, sourcePort = 5): Uint8Array =>
  buildUdp({
    ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
    ip: { source: CIP, destination: VIP, ttl: 63 },
    udp: { sourcePort, destinationPort: 80 },
    payload: new Uint8Array(length),
  });

const answer = (flags: number): Uint8Array =>
  segment({
    macs: [M_SERVER, M_DIRECTOR],
    addresses: [RIP, DIP],
    ports: [80, 40_000],
    ttl: 64,
    flags,
  });

/** A director that knows everybody, and a connection of TCP and one of UDP from port 5. */
class Ways {
  readonly rig: Rig;
  private readonly straight: Verdict;
  now = 0;

  constructor(chosen: ForwarderConfig) {
    this.rig = new Rig(chosen).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
    for (const bytes of [request(5), datagram(1)]) this.rig.give(bytes);
    this.straight = this.receive(frameOf(request(5, ACK)));
    assert.notEqual(this.receive(frameOf(request(5))), this.straight);
  }

  isStraight(given: Uint8Array | Frame): boolean {
    return this.receive(given instanceof Uint8Array ? frameOf(given) : given) === this.straight;
  }

  private receive(frame: Frame): Verdict {
    return this.rig.port.forwarder.receive(frame, this.now);
  }
}

/** The frame with a byte of its IPv4 header, or behind it, changed. */
function changed(frame: Uint8Array, at: number, value: number): Uint8Array {
  const copy = frame.slice();
  copy[at] = value;
  if (at < 34) fillHeaderChecksum(copy, 14);
  return copy;
}

function padded(frame: Uint8Array): Uint8Array {
  const copy = new Uint8Array(frame.length + 9).fill(0xee);
  copy.set(frame);
  return copy;
}

const data = (length: number): Uint8Array => request(5, ACK, { payload: 'x'.repeat(length) });

describe('the straight line', () => {
  const STRAIGHT: readonly [string, Uint8Array][] = [
    ['no payload', request(5, ACK)],
    ['the longest that fits', data(1460)],
    ['the end of a connection', request(5, FIN | ACK)],
    ['a reset', request(5, RST)],
    ['a trailer', padded(request(5, ACK))],
    ['a last hop to spare', request(5, ACK, { ttl: 2 })],
    ['TCP options', request(5, ACK, { tcpOptions: Uint8Array.of(1, 1, 1, 1) })],
    ['DF clear', request(5, ACK, { dontFragment: false })],
    ['a datagram', datagram(100)],
    ['an empty datagram', datagram(0)],
    ['surplus behind a datagram', changed(datagram(4), 39, 8 + 3)],
  ];
  const LONG: readonly [string, Uint8Array][] = [
    ['a SYN', request(5, SYN)],
    ['a SYN that acknowledges', request(5, SYN | ACK)],
    ['no connection', request(6, ACK)],
    ['IP options', request(5, ACK, { ipOptions: Uint8Array.of(1, 1, 1, 1) })],
    ['a first fragment', changed(data(8), 20, 0x20)],
    ['a later fragment', changed(data(8), 21, 1)],
    ['the last hop', request(5, ACK, { ttl: 1 })],
    [
      'a header checksum that is wrong',
      changed(request(5, ACK), 14, 0x45).map((b, at) => (at === 25 ? b ^ 1 : b)),
    ],
    ['a TCP header that is too short', changed(request(5, ACK), 46, 0x40)],
    ['a TCP header that is not all there', changed(request(5, ACK), 46, 0x60)],
    ['a UDP length that is too short', changed(datagram(4), 39, 7)],
    ['a UDP length beyond the packet', changed(datagram(4), 39, 13)],
    ['longer than the frame', changed(data(8), 17, 49)],
    ['IP version 6', changed(request(5, ACK), 14, 0x65)],
    [
      'a protocol without ports',
      buildIpv4({
        ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
        ip: { source: CIP, destination: VIP, protocol: 47, ttl: 63 },
        payload: request(5, ACK).subarray(34),
      }),
    ],
  ];
  for (const model of ['dnat', 'dr', 'tun'] as const) {
    const fits = model === 'tun' ? 1440 : 1460;
    it(`${model}: is taken by what belongs to a connection and needs nothing else`, () => {
      const ways = new Ways(config(model));
      for (const [what, bytes] of STRAIGHT)
        if (bytes.length <= 54 + fits && (what !== 'surplus behind a datagram' || model !== 'dnat'))
          assert.ok(ways.isStraight(bytes), what);
      assert.ok(ways.isStraight(data(fits)));
    });

    it(`${model}: is not taken by what needs a second look`, () => {
      for (const [what, bytes] of LONG) assert.ok(!new Ways(config(model)).isStraight(bytes), what);
      assert.ok(!new Ways(config(model)).isStraight(data(fits + 1)), 'too long');
      const partial = frameOf(request(5, ACK));
      partial.partialChecksum = true;
      assert.ok(!new Ways(config(model)).isStraight(partial), 'a partial checksum');
    });

    it(`${model}: a wrong L4 checksum matters where it is translated`, () => {
      const bytes = changed(request(5, ACK), 51, 1);
      assert.equal(new Ways(config(model)).isStraight(bytes), model !== 'dnat');
    });

    it(`${model}: is for neighbours that answered lately, connections that live, servers that are there`, () => {
      const late = new Ways(config(model));
      late.now = 29_999;
      assert.ok(late.isStraight(request(5, ACK)));
      late.now = 30_000;
      assert.ok(!late.isStraight(request(5, ACK)), 'the neighbour’s answer is old');
      const removed = new Ways(config(model));
      const { services } = config(model);
      removed.rig.reconfigure({
        ...config(model),
        services: services.map((one) => ({ ...one, servers: [] })),
      });
      assert.ok(!removed.isStraight(request(5, ACK)), 'the server is gone');
    });

    it(`${model}: the last hop is none where the TTL is left alone`, () => {
      const ways = new Ways(config(model, { decrementTtl: false }));
      for (const ttl of [1, 2]) assert.ok(ways.isStraight(request(5, ACK, { ttl })));
    });
  }

  it('replies take it too', () => {
    const ways = new Ways(config('dnat'));
    ways.rig.give(answer(SYN | ACK));
    assert.ok(ways.isStraight(answer(ACK)));
    assert.ok(!ways.isStraight(answer(SYN | ACK)));
  });

  it('nat: both ways take it, but for replies that two hosts could mean', () => {
    for (const translatePorts of [true, false]) {
      const rig = new Rig(natConfig({ translatePorts })).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
      const out = (flags: number): Uint8Array =>
        segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [40_005, 80], ttl: 64, flags });
      const back = (flags: number): Uint8Array =>
        segment({
          macs: [M_UPSTREAM, M_OUTSIDE],
          addresses: [SIP, EXT],
          ports: [80, 40_005],
          ttl: 64,
          flags,
        });
      rig.give(out(SYN));
      rig.give(back(SYN | ACK), 1);
      const { forwarder } = rig.port;
      const straight = forwarder.receive(frameOf(out(ACK)), 0);
      assert.equal(straight.relation, 'forwarded');
      assert.equal(forwarder.receive(frameOf(out(ACK)), 0), straight);
      assert.notEqual(forwarder.receive(frameOf(out(SYN)), 0), straight);
      const reply = makeFrame(60);
      fillFrame(reply, 1, back(ACK));
      assert.equal(forwarder.receive(reply, 0) === straight, translatePorts);
    }
  });

  it('a connection whose time is over is none', () => {
    const timeouts = { ...TIMEOUTS, established: 1000, synReceived: 1000, udp: 1000 };
    for (const [after, straight] of [
      [999, true],
      [1000, false],
    ] as const) {
      const ways = new Ways(config('dr', { timeouts }));
      ways.now = after;
      assert.equal(ways.isStraight(datagram(1)), straight, String(after));
    }
  });

  it('says which frame came and which left', () => {
    for (const model of ['dnat', 'dr', 'tun'] as const) {
      const ways = new Ways(config(model));
      // Whose bytes behind the packet do not travel on.
      for (const given of [request(5, ACK), padded(data(9)), datagram(4)]) {
        const { sent, decisions } = ways.rig.give(given);
        assert.equal(sent.length, 1);
        const { bytes } = sent[0]!;
        assert.deepEqual(
          decisions.map(({ framesIn, framesOut, connection }) => ({ framesIn, framesOut, connection })),
          [
            {
              // The second one opened is that of the datagrams.
              connection: given.length === 46 ? 2 : 1,
              framesIn: [frameHash(given, 0, given.length)],
              framesOut: [frameHash(bytes, 0, bytes.length)],
            },
          ],
        );
        const length = (bytes[16]! << 8) | bytes[17]!;
        assert.equal(bytes.length, 14 + length);
      }
      const verdict = ways.rig.port.forwarder.receive(frameOf(request(5, ACK)), 0);
      assert.equal(verdict.count, 1);
    }
  });

  it('whom it sends to is in use: others give way in a full table of neighbours', () => {
    const known = (isUsed: boolean): boolean => {
      const ways = new Ways({
        ...config('dr'),
        interfaces: config('dr').interfaces.map((one) => ({ ...one, prefixLength: 16 })),
      });
      for (let host = 0; host < 3000; host++) {
        if (isUsed && host % 100 === 0) assert.ok(ways.isStraight(request(5, ACK)), String(host));
        const stranger = addressAfter(DIP, 1000 + host);
        ways.rig.give(ways.rig.arp(1, stranger, M_SERVER, 0));
      }
      return ways.isStraight(request(5, ACK));
    };
    assert.deepEqual([known(true), known(false)], [true, false]);
  });
});
