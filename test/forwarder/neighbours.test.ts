import assert from 'node:assert/strict';
import { fillFrame, makeFrame, type Frame } from '../../src/forwarder/frame.ts';
import { BROADCAST_MAC, formatMac, type Ipv4, type Mac, NO_MAC } from '../../src/packet/address.ts';
import { buildArp } from '../../src/packet/build.ts';
import { frameHash } from '../../src/packet/hash.ts';
import {
  assertSent,
  CIP,
  DIP,
  directorConfig,
  hex,
  HOST,
  ip,
  mac,
  M_DIRECTOR,
  M_HOST,
  M_INSIDE,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
  M_UPSTREAM,
  natConfig,
  request,
  Rig,
  RIP,
  ROUTER,
  segment,
  type Sent,
  SIP,
  SYN,
  UPSTREAM,
  VIP,
} from './rig.ts';

const ask = { operation: 1, senderMac: M_DIRECTOR, senderIp: DIP, targetMac: NO_MAC, targetIp: RIP };
const WHO_HAS_RIP = buildArp({ arp: ask });
const hashOf = (bytes: Uint8Array): number => frameHash(bytes, 0, bytes.length);
const forwarded = (port: number): Uint8Array => request(port, SYN, { macs: [M_DIRECTOR, M_SERVER], ttl: 62 });

const wide = { ...directorConfig().interfaces[0]!, prefixLength: 16 };

/** An ARP packet of a neighbour's own. */
function says(
  operation: 1 | 2,
  senderIp: Ipv4,
  senderMac: Mac,
  targetIp: Ipv4,
  targetMac = operation === 1 ? NO_MAC : M_DIRECTOR,
): Uint8Array {
  // An announcement is for everybody.
  const destination = operation === 1 || senderIp === targetIp ? BROADCAST_MAC : targetMac;
  const arp = { operation, senderMac, senderIp, targetMac, targetIp };
  return buildArp({ ethernet: { source: senderMac, destination }, arp });
}

/** From a host inside to one outside. */
function frameTo(address: Ipv4): Frame {
  const bytes = segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, address], ports: [5, 80], ttl: 64 });
  const frame = makeFrame(bytes.length);
  fillFrame(frame, 0, bytes);
  return frame;
}

describe('neighbours', () => {
  it('holds a frame while it asks, and sends it when the neighbour answers', () => {
    const rig = new Rig(directorConfig());
    const given = request(5);
    const first = rig.give(given);
    assertSent(first.sent, WHO_HAS_RIP);
    const detail = 'rr: #1';
    const known = { service: 'web', server: 'rs1', connection: 1, detail };
    assert.deepEqual(first.decisions, [
      { framesIn: [hashOf(given)], framesOut: [], relation: 'held', rule: 'schedule', ...known },
      { framesIn: [], framesOut: [hashOf(WHO_HAS_RIP)], relation: 'originated', rule: 'neighbour' },
    ]);

    rig.now = 500;
    const arp = { operation: 2, senderMac: M_SERVER, senderIp: RIP, targetMac: M_DIRECTOR, targetIp: DIP };
    const answer = buildArp({ arp });
    const second = rig.give(answer);
    assertSent(second.sent, forwarded(5));
    assert.deepEqual(second.decisions, [
      { framesIn: [hashOf(answer)], framesOut: [], relation: 'consumed', rule: 'arp-learn' },
      {
        framesIn: [hashOf(given)],
        framesOut: [hashOf(forwarded(5))],
        relation: 'forwarded',
        rule: 'schedule',
        ...known,
      },
    ]);
    assert.equal(rig.port.forwarder.quiet, true);
  });

  it('asks three times, a second apart, then drops what it held', () => {
    const rig = new Rig(directorConfig());
    rig.give(request(5));
    rig.give(request(6));
    assert.equal(rig.port.nextTimer(), 1000);
    assert.deepEqual(rig.pass(999).sent, []);
    assertSent(rig.pass(1).sent, WHO_HAS_RIP);
    assertSent(rig.pass(1000).sent, WHO_HAS_RIP);
    const { sent, decisions } = rig.pass(1000);
    assert.deepEqual(sent, []);
    assert.deepEqual(
      decisions.map(({ framesIn, relation, reason, server }) => [framesIn, relation, reason, server]),
      [5, 6].map((port) => [[hashOf(request(port))], 'dropped', 'neighbour-unreachable', 'rs1']),
    );
    assert.deepEqual(rig.drops(), { 'neighbour-unreachable': 2 });
    // The next packet starts anew.
    assertSent(rig.give(request(7)).sent, WHO_HAS_RIP);
  });

  it('holds at most 16 frames per neighbour, the last ones, in order', () => {
    const rig = new Rig(directorConfig());
    for (let port = 1; port <= 17; port++) rig.give(request(port));
    assert.deepEqual(rig.drops(), { 'neighbour-queue-full': 1 });
    rig.sent.length = 0;
    rig.answer(RIP, M_SERVER);
    const expected = Array.from({ length: 16 }, (_, i) => hex(forwarded(i + 2)));
    assert.deepEqual(
      rig.sent.map(({ bytes }) => hex(bytes)),
      expected,
    );
  });

  it('holds a tun frame with its outer header', () => {
    const rig = new Rig(directorConfig({ model: 'tun' }));
    rig.give(request(5));
    rig.sent.length = 0;
    rig.answer(RIP, M_SERVER);
    assert.equal(rig.sent[0]!.bytes.length, request(5).length + 20);
  });

  const UNICAST = buildArp({ ethernet: { source: M_DIRECTOR, destination: M_SERVER }, arp: ask });

  it('an answer is good for 30 s; then a frame raises doubts, and 5 s later the known MAC address is asked', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    rig.now = 29_999;
    assertSent(rig.give(request(5)).sent, forwarded(5));
    assert.equal(rig.port.forwarder.quiet, true);
    rig.now = 30_000;
    // Nobody asks before there is something to send.
    assert.deepEqual(rig.pass(100_000).sent, []);
    assertSent(rig.give(request(5)).sent, forwarded(5));
    assert.equal(rig.port.forwarder.quiet, false);
    assert.deepEqual(rig.pass(4999).sent, []);
    const { sent, decisions } = rig.pass(1);
    assertSent(sent, UNICAST);
    assert.equal(`${decisions[0]!.relation} ${decisions[0]!.rule}`, 'originated neighbour');
    // It answers: good for another 30 s.
    rig.answer(RIP, M_SERVER);
    assert.equal(rig.port.forwarder.quiet, true);
    rig.now += 29_999;
    assertSent(rig.give(request(5)).sent, forwarded(5));
    assert.equal(rig.port.forwarder.quiet, true);
  });

  it('goes on while it asks; who does not answer three times is forgotten, and then everybody is asked', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    rig.now = 40_000;
    rig.give(request(5));
    for (const wait of [5000, 1000, 1000]) {
      assertSent(rig.pass(wait).sent, UNICAST);
      assertSent(rig.give(request(5)).sent, forwarded(5));
    }
    assert.deepEqual(rig.pass(1000), { sent: [], decisions: [] });
    assertSent(rig.give(request(5)).sent, WHO_HAS_RIP);
    assertSent(rig.pass(1000).sent, WHO_HAS_RIP);
  });

  it('who was learnt from its own request is doubted from the first frame on', () => {
    const rig = new Rig(directorConfig());
    rig.give(says(1, RIP, M_SERVER, DIP));
    assertSent(rig.give(request(5)).sent, forwarded(5));
    assertSent(rig.pass(5000).sent, UNICAST);
  });

  it('an answer of the old MAC address ends the doubt, a request does not', () => {
    for (const [operation, asks] of [
      [1, true],
      [2, false],
    ] as const) {
      const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
      rig.now = 40_000;
      rig.give(request(5));
      rig.give(says(operation, RIP, M_SERVER, DIP));
      assert.equal(rig.pass(5000).sent.length > 0, asks);
    }
  });

  // arp.c, `arp_process`: which packets may overwrite a known MAC address, and when.
  const OVERWRITING: readonly { from: string; given: Uint8Array; after: number; overwrites: boolean }[] = [
    { from: 'a request for the director', given: says(1, RIP, M_SERVER2, DIP), after: 0, overwrites: true },
    { from: 'a request for the VIP', given: says(1, RIP, M_SERVER2, VIP), after: 0, overwrites: true },
    { from: 'an announcement', given: says(1, RIP, M_SERVER2, RIP), after: 0, overwrites: true },
    {
      from: 'an announcement that is an answer',
      given: says(2, RIP, M_SERVER2, RIP, M_SERVER2),
      after: 0,
      overwrites: true,
    },
    {
      from: 'an announcement that somebody passes on',
      given: buildArp({
        ethernet: { source: M_ROUTER, destination: BROADCAST_MAC },
        arp: { operation: 2, senderMac: M_SERVER2, senderIp: RIP, targetMac: M_SERVER2, targetIp: RIP },
      }),
      after: 0,
      overwrites: true,
    },
    { from: 'a second answer', given: says(2, RIP, M_SERVER2, DIP), after: 1000, overwrites: false },
    { from: 'an answer later', given: says(2, RIP, M_SERVER2, DIP), after: 1001, overwrites: true },
    { from: 'a request for another', given: says(1, RIP, M_SERVER2, ROUTER), after: 1000, overwrites: false },
    {
      from: 'a request for another later',
      given: says(1, RIP, M_SERVER2, ROUTER),
      after: 1001,
      overwrites: true,
    },
  ];
  for (const { from, given, after, overwrites } of OVERWRITING) {
    it(`${from}${after > 0 ? ` after ${after} ms` : ''} ${overwrites ? 'overwrites' : 'does not overwrite'} it`, () => {
      const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
      rig.now = after;
      rig.give(given);
      const macs = [M_DIRECTOR, overwrites ? M_SERVER2 : M_SERVER] as const;
      assertSent(rig.give(request(5)).sent, request(5, SYN, { macs, ttl: 62 }));
    });
  }

  it('any byte of a MAC address makes it another one', () => {
    for (let byte = 0; byte < 6; byte++) {
      const bytes = [2, 0, 0, 0, 2, 0x11];
      bytes[byte]! ^= 4;
      const other = mac(bytes.map((one) => one.toString(16).padStart(2, '0')).join(':'));
      const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
      rig.give(says(1, RIP, other, RIP));
      assertSent(rig.give(request(5)).sent, request(5, SYN, { macs: [M_DIRECTOR, other], ttl: 62 }));
    }
  });

  it('who was forgotten is learnt again by what it says, though its MAC address is the old one', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    rig.port.forwarder.forgetNeighbour(RIP);
    rig.give(says(1, RIP, M_SERVER, DIP));
    assertSent(rig.give(request(5)).sent, forwarded(5));
  });

  it('an answer that nobody asked for makes no entry', () => {
    const rig = new Rig(directorConfig());
    rig.give(says(2, RIP, M_SERVER, DIP));
    assertSent(rig.give(request(5)).sent, WHO_HAS_RIP);
  });

  it('whoever speaks while it is asked for is believed, and what waited leaves', () => {
    const rig = new Rig(directorConfig());
    rig.give(request(5));
    assertSent(rig.give(says(1, RIP, M_SERVER, ROUTER)).sent, forwarded(5));
    // That was no answer: in 5 s it is asked itself.
    assertSent(rig.pass(5000).sent, UNICAST);
  });

  it('a VIP that moves is learnt by announcement alone, or by age', () => {
    // A NAT router, whose upstream is a director with the VIP.
    for (const [wait, given] of [
      [0, says(1, UPSTREAM, M_SERVER2, UPSTREAM)],
      [40_000, undefined],
    ] as const) {
      const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
      rig.now = wait;
      const out = segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [5, 80], ttl: 64 });
      const to = (): string | undefined => hex(rig.give(out).sent[0]!.bytes).slice(0, 12);
      assert.equal(to(), formatMac(M_UPSTREAM).replaceAll(':', ''));
      if (given !== undefined) rig.give(given, 1);
      // Three requests to who is gone, one to everybody, which the new one answers.
      else for (const time of [5000, 1000, 1000, 1000]) rig.pass(time);
      if (given === undefined) {
        assert.equal(to(), 'ffffffffffff');
        rig.answer(UPSTREAM, M_SERVER2, 1);
      }
      assert.equal(to(), formatMac(M_SERVER2).replaceAll(':', ''));
    }
  });

  it('when the table is full the oldest gives way, but not one in use', () => {
    const config = natConfig({ ports: { first: 1024, last: 65535 } }, { maxConnections: 10_000 });
    const [inside, outside] = config.interfaces;
    const rig = new Rig({ ...config, interfaces: [inside!, { ...outside!, prefixLength: 16 }], routes: [] });
    rig.learn(HOST, M_HOST);
    const to = (address: Ipv4): string => {
      const out = segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, address], ports: [5, 80], ttl: 64 });
      return hex(rig.give(out).sent[0]!.bytes).slice(0, 12);
    };
    const [idle, busy] = [ip('203.0.113.7'), ip('203.0.113.8')];
    rig.learn(idle, M_SERVER, 1).learn(busy, M_SERVER2, 1);
    let unanswered = 0;
    for (let address = ip('203.0.120.0'); unanswered < 3000; address++, unanswered++) {
      if ((address & 255) === 255) continue;
      rig.port.forwarder.receive(frameTo(address), rig.now);
      if (unanswered % 100 === 0) assert.notEqual(to(busy), 'ffffffffffff');
    }
    assert.equal(to(idle), 'ffffffffffff');
    assert.ok(rig.drops()['neighbour-unreachable']! > 1900);
  });

  it('a server whose entry gave way is asked for again, and learnt', () => {
    const rig = new Rig({ ...directorConfig(), interfaces: [wide] });
    rig.learn(RIP, M_SERVER);
    for (let address = ip('10.0.120.0'), i = 0; i < 3000; address++, i++)
      rig.give(says(1, address, M_ROUTER, DIP));
    assertSent(rig.give(request(5)).sent, WHO_HAS_RIP);
    rig.sent.length = 0;
    rig.answer(RIP, M_SERVER);
    assertSent(rig.sent, forwarded(5));
    assertSent(rig.give(request(6)).sent, forwarded(6));
  });

  const LEARNING = [
    { from: 'a request for the VIP', target: VIP, sender: ROUTER, learns: true },
    { from: 'a request for the DIP', target: DIP, sender: ROUTER, learns: true },
    { from: 'a request for somebody else', target: RIP, sender: ROUTER, learns: false },
    { from: 'an announcement by somebody unknown', target: ROUTER, sender: ROUTER, learns: false },
  ];
  for (const { from, target, sender, learns } of LEARNING) {
    it(`${learns ? 'learns' : 'does not learn'} from ${from}`, () => {
      const rig = new Rig(directorConfig({ model: 'dnat' })).learn(RIP, M_SERVER);
      rig.give(
        buildArp({
          arp: { operation: 1, senderMac: M_ROUTER, senderIp: sender, targetMac: NO_MAC, targetIp: target },
        }),
      );
      rig.give(request(5));
      const before = rig.sent.length;
      rig.give(
        request(5, 18, { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, CIP], ports: [80, 5], ttl: 64 }),
      );
      const [frame] = rig.sent.slice(before);
      assert.equal(hex(frame!.bytes).slice(24, 28), learns ? '0800' : '0806');
    });
  }

  it('takes over a new MAC address that is announced', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    const arp = { operation: 1, senderMac: M_SERVER2, senderIp: RIP, targetMac: NO_MAC, targetIp: RIP };
    rig.give(buildArp({ arp }));
    assertSent(rig.give(request(5)).sent, request(5, SYN, { macs: [M_DIRECTOR, M_SERVER2], ttl: 62 }));
  });

  it('is not misled by a server that speaks for the VIP', () => {
    const rig = new Rig(directorConfig());
    const arp = { operation: 1, senderMac: M_SERVER, senderIp: VIP, targetMac: NO_MAC, targetIp: VIP };
    assert.deepEqual(rig.give(buildArp({ arp })).sent, []);
  });

  it('makes an entry of no address that is not of its subnet, is its own, or is a VIP', () => {
    for (const [sender, isLearnt] of [
      [ROUTER, true],
      [CIP, false],
      [DIP, false],
      [VIP, false],
    ] as const) {
      const rig = new Rig(directorConfig());
      rig.give(says(1, sender, M_ROUTER, DIP));
      // Only an answer of somebody who is known is taken in.
      const { decisions } = rig.give(says(2, sender, M_ROUTER, DIP));
      assert.deepEqual(
        decisions.map(({ relation, rule }) => `${relation} ${rule}`),
        isLearnt ? ['consumed arp-learn'] : [],
      );
    }
  });

  it('does not answer or learn from a group MAC address', () => {
    const rig = new Rig(directorConfig());
    for (const senderMac of [NO_MAC, BROADCAST_MAC, mac('01:00:5e:00:00:01')]) {
      const arp = { operation: 1, senderMac, senderIp: ROUTER, targetMac: NO_MAC, targetIp: VIP };
      const ethernet = { source: M_ROUTER, destination: BROADCAST_MAC };
      assert.deepEqual(rig.give(buildArp({ ethernet, arp })).sent, []);
    }
  });

  it('asks again for a neighbour that it was told to forget', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    rig.port.forwarder.forgetNeighbour(RIP);
    assertSent(rig.give(request(5)).sent, WHO_HAS_RIP);
  });

  it('and for that one alone, whatever its address', () => {
    const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    const out = segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [5, 80], ttl: 64 });
    rig.port.forwarder.forgetNeighbour(HOST);
    assert.deepEqual(rig.give(out).sent.map(etherTypeOf), ['0800']);
    rig.port.forwarder.forgetNeighbour(UPSTREAM);
    assert.deepEqual(rig.give(out).sent.map(etherTypeOf), ['0806']);
  });
});

function etherTypeOf({ bytes }: Sent): string {
  return hex(bytes.subarray(12, 14));
}
