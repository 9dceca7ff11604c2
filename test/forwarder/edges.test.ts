import { BROADCAST_MAC, formatMac, NO_MAC } from '../../src/packet/address.ts';
import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { fillFrame, makeFrame, type Frame } from '../../src/forwarder/frame.ts';
import {
  buildArp,
  buildIcmpEcho,
  buildIcmpError,
  buildIpv4,
  buildTcp,
  buildUdp,
  wrapIpip,
} from '../../src/packet/build.ts';
import * as icmp from '../../src/packet/icmp.ts';
import { frameHash } from '../../src/packet/hash.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import {
  ACK,
  assertSent,
  CIP,
  DIP,
  directorConfig,
  FIN,
  hex,
  HOST,
  ip,
  M_DIRECTOR,
  M_HOST,
  M_INSIDE,
  M_ROUTER,
  M_SERVER,
  M_UPSTREAM,
  natConfig,
  PSH,
  request,
  Rig,
  RIP,
  ROUTER,
  RST,
  segment,
  SIP,
  SYN,
  UPSTREAM,
  VIP,
} from './rig.ts';

/** Frames that are not forwarded as they are, and why. */

const DR = directorConfig();
const DNAT = directorConfig({ model: 'dnat', snat: true });
const TUN = directorConfig({ model: 'tun' });

function corrupt(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

/** The IP header checksum is made right again, so that only the corruption remains. */
function corruptIp(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = corrupt(bytes, at, value);
  copy[24] = copy[25] = 0;
  let sum = 0;
  for (let i = 14; i < 34; i += 2) sum += (copy[i]! << 8) | copy[i + 1]!;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
  copy[24] = sum >>> 8;
  copy[25] = sum & 255;
  return copy;
}

const TO_ME = { source: M_ROUTER, destination: M_DIRECTOR };
const TO_VIP = { source: CIP, destination: VIP };

const echo = (operation: 'request' | 'reply', destination = VIP): Uint8Array =>
  buildIcmpEcho({
    ethernet: TO_ME,
    ip: { source: CIP, destination, ttl: 63 },
    icmp: { operation, identifier: 7, sequence: 1 },
    payload: new Uint8Array(32),
  });

/** A question for the VIP, to everybody. */
const ARP = buildArp({
  arp: { operation: 1, senderMac: M_ROUTER, senderIp: ROUTER, targetMac: NO_MAC, targetIp: VIP },
});

interface Case {
  readonly frame: string;
  readonly config?: ForwarderConfig;
  readonly given: Uint8Array;
  /** `relation rule reason`; empty: no decision, the frame is the kernel's or another machine's. */
  readonly verdict: string;
  readonly port?: number;
}

const DROPS: readonly Case[] = [
  { frame: 'ihl below 5', given: corrupt(request(5), 14, 0x44), verdict: 'dropped malformed malformed' },
  {
    frame: 'ihl beyond the packet',
    given: corrupt(request(5), 14, 0x4f),
    verdict: 'dropped malformed malformed',
  },
  { frame: 'IP version 6', given: corrupt(request(5), 14, 0x65), verdict: 'dropped malformed malformed' },
  {
    frame: 'total length below the header',
    given: corruptIp(request(5), 17, 19),
    verdict: 'dropped malformed malformed',
  },
  {
    frame: 'total length beyond the frame',
    given: corruptIp(request(5), 17, 41),
    verdict: 'dropped malformed malformed',
  },
  {
    frame: 'a bad IP header checksum',
    given: corrupt(request(5), 25, 0),
    verdict: 'dropped malformed bad-ip-checksum',
  },
  {
    frame: 'a truncated TCP header',
    given: corruptIp(request(5), 17, 39),
    verdict: 'dropped malformed malformed',
  },
  {
    frame: 'TCP data offset below 5',
    given: corrupt(request(5), 46, 0x40),
    verdict: 'dropped malformed malformed',
  },
  {
    frame: 'TCP data offset beyond the packet',
    given: corrupt(request(5), 46, 0x60),
    verdict: 'dropped malformed malformed',
  },
  { frame: 'an empty IP packet', given: request(5).slice(0, 14), verdict: 'dropped malformed malformed' },
  {
    frame: 'dnat: a bad TCP checksum',
    config: DNAT,
    given: corrupt(request(5), 51, 1),
    verdict: 'dropped malformed bad-checksum',
  },
  { frame: 'an echo reply to the VIP', given: echo('reply'), verdict: 'dropped no-service unsupported' },
  {
    frame: 'a ping with a bad checksum',
    given: corrupt(echo('request'), 45, 99),
    verdict: 'dropped malformed bad-checksum',
  },
  { frame: 'a non-SYN without an entry', given: request(5, ACK), verdict: 'dropped no-entry no-connection' },
  {
    frame: 'a RST to a port nobody serves',
    given: request(5, RST, { ports: [5, 81] }),
    verdict: 'dropped no-service no-connection',
  },
  {
    frame: 'a SYN for somebody else',
    given: request(5, SYN, { addresses: [CIP, ip('10.0.9.9')] }),
    verdict: 'dropped not-ours not-ours',
  },
  {
    frame: 'another protocol for somebody else',
    given: echo('request', ip('10.0.9.9')),
    verdict: 'dropped not-ours not-ours',
  },
  {
    frame: 'a protocol without ports, for somebody else',
    given: buildIpv4({
      ethernet: TO_ME,
      ip: { source: CIP, destination: ip('10.0.9.9'), protocol: 47 },
      payload: new Uint8Array(8),
    }),
    verdict: 'dropped not-ours not-ours',
  },
  {
    frame: 'a protocol without ports, that looks like a ping of the VIP',
    given: buildIpv4({
      ethernet: TO_ME,
      ip: { ...TO_VIP, protocol: 47 },
      payload: Uint8Array.of(icmp.ECHO_REQUEST, 0, 0xf7, 0xff, 0, 0, 0, 0),
    }),
    verdict: 'dropped no-service unsupported',
  },
  {
    frame: 'a ping cut short',
    given: buildIpv4({
      ethernet: TO_ME,
      ip: { ...TO_VIP, protocol: ipv4.PROTOCOL_ICMP },
      payload: Uint8Array.of(icmp.ECHO_REQUEST, 0, 0xf7, 0xff),
    }),
    verdict: 'dropped malformed malformed',
  },
  {
    frame: 'nat: an ICMP message that is neither query nor error',
    config: natConfig(),
    given: buildIpv4({
      ethernet: { source: M_HOST, destination: M_INSIDE },
      ip: { source: HOST, destination: ip('198.51.100.80'), protocol: ipv4.PROTOCOL_ICMP },
      payload: Uint8Array.of(9, 0, 0xf6, 0xff, 0, 0, 0, 0),
    }),
    verdict: 'dropped no-service unsupported',
  },
  { frame: 'ARP by a port that does not exist', given: ARP, port: 7, verdict: '' },
  { frame: 'ARP for another machine', given: ARP.with(5, 0x11).with(0, 2), verdict: '' },
  { frame: 'what looks like ARP, of another type', given: ARP.with(13, 0x35), verdict: '' },
  { frame: 'a SYN to the DIP', given: request(5, SYN, { addresses: [CIP, DIP] }), verdict: '' },
  { frame: 'a ping of the DIP', given: echo('request', DIP), verdict: '' },
  {
    frame: 'from no host to the DIP',
    given: request(5, SYN, { addresses: [ip('127.0.0.1'), DIP] }),
    verdict: '',
  },
  {
    frame: 'dr: a reply of a server whose gateway is the director',
    given: request(5, SYN | ACK, { addresses: [VIP, CIP] }),
    verdict: 'dropped malformed martian-source',
  },
  {
    frame: 'an echo reply from the VIP to itself',
    given: buildIcmpEcho({
      ethernet: TO_ME,
      ip: { source: VIP, destination: VIP },
      icmp: { operation: 'reply', identifier: 7, sequence: 1 },
    }),
    verdict: 'dropped malformed martian-source',
  },
  {
    frame: 'nat: to the broadcast address of the subnet outside',
    config: natConfig(),
    given: segment({
      macs: [M_HOST, M_INSIDE],
      addresses: [HOST, ip('203.0.113.255')],
      ports: [5, 80],
      ttl: 1,
    }),
    verdict: 'dropped not-ours not-ours',
  },
  {
    frame: 'dnat: to the DIP at a port of the pool',
    config: DNAT,
    given: request(5, ACK, { addresses: [RIP, DIP], ports: [80, 40007] }),
    verdict: 'dropped no-entry no-connection',
  },
  {
    frame: "another machine's MAC address",
    given: request(5, SYN, { macs: [M_ROUTER, M_SERVER] }),
    verdict: '',
  },
  { frame: 'an IP broadcast', given: request(5, SYN, { macs: [M_ROUTER, BROADCAST_MAC] }), verdict: '' },
  { frame: 'a runt', given: new Uint8Array(13), verdict: '' },
  { frame: 'a port that does not exist', given: request(5), port: 7, verdict: '' },
  { frame: 'IPv6', given: corrupt(corrupt(request(5), 12, 0x86), 13, 0xdd), verdict: '' },
  {
    frame: 'no route to the server',
    config: directorConfig(
      {},
      {
        routes: [],
        services: [{ ...DR.services[0]!, servers: [{ name: 'x', address: CIP, port: 80, weight: 1 }] }],
      },
    ),
    given: request(5),
    verdict: 'dropped schedule no-route',
  },
];

describe('what is not forwarded', () => {
  for (const { frame, config = DR, given, verdict, port = 0 } of DROPS) {
    it(frame, () => {
      const rig = new Rig(config).learn(RIP, M_SERVER);
      const { sent, decisions } = rig.give(given, port);
      assert.deepEqual(sent, []);
      const told = decisions.map(({ relation, rule, reason }) => `${relation} ${rule} ${reason}`);
      assert.deepEqual(told, verdict === '' ? [] : [verdict]);
      // Every drop is counted under its reason, and only drops are.
      const reason = verdict.split(' ')[2];
      assert.deepEqual(rig.drops(), reason === undefined ? {} : { [reason]: 1 });
    });
  }

  it('without an entry: the drop is the service’s', () => {
    assert.equal(new Rig(DR).give(request(5, ACK)).decisions[0]!.service, 'web');
  });

  it('a bad TCP checksum passes through dr unchanged', () => {
    const rig = new Rig(DR).learn(RIP, M_SERVER);
    const expected = request(5, SYN, { macs: [M_DIRECTOR, M_SERVER], ttl: 62 });
    assertSent(rig.give(corrupt(request(5), 51, 1)).sent, corrupt(expected, 51, 1));
  });

  it('a bad TCP checksum passes through tun unchanged', () => {
    const rig = new Rig(TUN).learn(RIP, M_SERVER);
    const inner = corrupt(request(5, SYN, { ttl: 62 }), 51, 1);
    const ethernet = { source: M_DIRECTOR, destination: M_SERVER };
    assertSent(
      rig.give(corrupt(request(5), 51, 1)).sent,
      wrapIpip({ ethernet, ip: { source: DIP, destination: RIP, id: 0 }, inner }),
    );
  });

  it('the Ethernet trailer is trimmed to the IP length', () => {
    const rig = new Rig(DR).learn(RIP, M_SERVER);
    const padded = new Uint8Array(64).fill(0xee);
    padded.set(request(5));
    assertSent(rig.give(padded).sent, request(5, SYN, { macs: [M_DIRECTOR, M_SERVER], ttl: 62 }));
  });
});

describe('what the director answers itself', () => {
  const back = { source: M_DIRECTOR, destination: M_ROUTER };
  const fromVip = { source: VIP, destination: CIP, ttl: 64, id: 0, dontFragment: true };

  const RESETS = [
    { segment: 'SYN', flags: SYN, payload: '', sequence: 0, acknowledgement: 1001, expected: RST | ACK },
    {
      segment: 'SYN with data',
      flags: SYN,
      payload: 'hello',
      sequence: 0,
      acknowledgement: 1006,
      expected: RST | ACK,
    },
    { segment: 'FIN', flags: FIN, payload: '', sequence: 0, acknowledgement: 1001, expected: RST | ACK },
    { segment: 'ACK', flags: ACK, payload: '', sequence: 2000, acknowledgement: 0, expected: RST },
    {
      segment: 'data',
      flags: PSH | ACK,
      payload: 'hello',
      sequence: 2000,
      acknowledgement: 0,
      expected: RST,
    },
  ];
  it('the sequence numbers of a reset begin anew after 2^32', () => {
    const { sent } = new Rig(DR).give(request(50000, SYN, { ports: [50000, 81], sequence: 0xffff_ffff }));
    const numbers = { sequence: 0, acknowledgement: 0 };
    const tcp = { sourcePort: 81, destinationPort: 50000, ...numbers, flags: RST | ACK, window: 0 };
    assertSent(sent, buildTcp({ ethernet: back, ip: fromVip, tcp }));
  });

  for (const { segment: name, flags, payload, sequence, acknowledgement, expected } of RESETS) {
    it(`${name} to a port nobody serves: RST (RFC 9293, section 3.10.7.1)`, () => {
      const { sent, decisions } = new Rig(DR).give(request(50000, flags, { ports: [50000, 81], payload }));
      const tcp = {
        sourcePort: 81,
        destinationPort: 50000,
        sequence,
        acknowledgement,
        flags: expected,
        window: 0,
      };
      assertSent(sent, buildTcp({ ethernet: back, ip: fromVip, tcp }));
      assert.equal(`${decisions[0]!.relation} ${decisions[0]!.rule}`, 'answered no-service');
    });
  }

  const DRAINED = [{ name: 'rs1', address: RIP, port: 80, weight: 0 }];
  for (const [what, servers] of [
    ['no servers', []],
    ['every server drained', DRAINED],
  ] as const) {
    it(`${what}: ICMP 3/3 from the VIP, for TCP too, as IPVS answers`, () => {
      const rig = new Rig(directorConfig({ servers }));
      const given = request(5);
      const { sent, decisions } = rig.give(given);
      const expected = buildIcmpError({
        ethernet: back,
        ip: { source: VIP, destination: CIP, ttl: 64, trafficClass: 0xc0 },
        icmp: { type: 3, code: 3 },
        quoted: given.subarray(14),
      });
      assertSent(sent, expected);
      assert.equal(`${decisions[0]!.relation} ${decisions[0]!.rule}`, 'caused-error schedule');
      assert.deepEqual(rig.drops(), { 'no-server': 1 });
    });
  }

  it('noEntry reset: a non-SYN without an entry', () => {
    const rig = new Rig(directorConfig({}, { noEntry: 'reset' }));
    const { sent, decisions } = rig.give(request(50000, ACK));
    const tcp = {
      sourcePort: 80,
      destinationPort: 50000,
      sequence: 2000,
      acknowledgement: 0,
      flags: RST,
      window: 0,
    };
    assertSent(sent, buildTcp({ ethernet: back, ip: fromVip, tcp }));
    assert.equal(`${decisions[0]!.relation} ${decisions[0]!.rule}`, 'answered no-entry');
    assert.deepEqual(rig.give(request(50000, RST)).sent, []);
    // Without an ACK there is nothing to take the sequence number from: it is acknowledged instead.
    const fin = rig.give(request(50000, FIN, { payload: 'hello' })).sent;
    const acknowledging = { ...tcp, sequence: 0, acknowledgement: 1000 + 5 + 1, flags: RST | ACK };
    assertSent(fin, buildTcp({ ethernet: back, ip: fromVip, tcp: acknowledging }));
  });

  it('noEntry reset is for services: a NAT router never resets what only passes by', () => {
    const rig = new Rig(natConfig({}, { noEntry: 'reset' }));
    const passing = { macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [5, 80], ttl: 64 } as const;
    for (const flags of [ACK, SYN | ACK, RST, FIN]) {
      const { sent, decisions } = rig.give(segment({ ...passing, flags }));
      assert.deepEqual([sent, decisions[0]!.reason], [[], 'no-connection']);
    }
  });

  it('ping of the VIP', () => {
    const payload = Uint8Array.from({ length: 33 }, (_, i) => i);
    const icmp = { identifier: 7, sequence: 9 };
    const given = buildIcmpEcho({
      ethernet: TO_ME,
      ip: { ...TO_VIP, ttl: 3, id: 5 },
      icmp: { ...icmp, operation: 'request' },
      payload,
    });
    const { sent, decisions } = new Rig(DR).give(given);
    const ipFields = { source: VIP, destination: CIP, ttl: 64, id: 5 };
    assertSent(
      sent,
      buildIcmpEcho({ ethernet: back, ip: ipFields, icmp: { ...icmp, operation: 'reply' }, payload }),
    );
    assert.equal(`${decisions[0]!.relation} ${decisions[0]!.rule}`, 'answered ping-vip');
  });

  it('tun, DF, inner packet longer than MTU-20: ICMP 3/4 with MTU-20, quoting the packet as received', () => {
    const rig = new Rig(TUN).learn(RIP, M_SERVER);
    const fits = request(50000, SYN, { payload: 'x'.repeat(1440) });
    assert.equal(rig.give(fits).sent[0]!.bytes.length, 1514);
    const given = request(50000, ACK, { payload: 'x'.repeat(1441) });
    const { sent, decisions } = rig.give(given);
    const expected = buildIcmpError({
      ethernet: back,
      ip: { source: VIP, destination: CIP, ttl: 64, trafficClass: 0xc0 },
      icmp: { type: 3, code: 4, rest: 1480 },
      quoted: given.subarray(14),
    });
    assert.equal(expected.length, 14 + 576);
    assertSent(sent, expected);
    assert.equal(`${decisions[0]!.relation} ${decisions[0]!.rule}`, 'caused-error mtu');
  });

  it('ARP for the VIP, to whoever asks', () => {
    const asking = { operation: 1, senderMac: M_ROUTER, senderIp: ROUTER, targetMac: NO_MAC, targetIp: VIP };
    const arp = { operation: 2, senderMac: M_DIRECTOR, senderIp: VIP, targetMac: M_ROUTER, targetIp: ROUTER };
    const answer = buildArp({ arp });
    // Ethernet pads what is short: the padding is not sent back.
    for (const length of [42, 60]) {
      const given = new Uint8Array(length).fill(0xee);
      given.set(buildArp({ arp: asking }));
      const { sent, decisions } = new Rig(DR).give(given);
      assertSent(sent, answer);
      assert.deepEqual(decisions, [
        {
          framesIn: [frameHash(given, 0, length)],
          framesOut: [frameHash(answer, 0, answer.length)],
          relation: 'answered',
          rule: 'arp-vip',
        },
      ]);
    }
  });

  it('ARP for anything else is not its business', () => {
    for (const targetIp of [DIP, RIP]) {
      const arp = { operation: 1, senderMac: M_ROUTER, senderIp: ROUTER, targetMac: NO_MAC, targetIp };
      const { sent, decisions } = new Rig(DR).give(buildArp({ arp }));
      assert.deepEqual([sent, decisions], [[], []]);
    }
  });
});

describe('one call after another', () => {
  it('each has its own verdicts', () => {
    const { forwarder } = new Rig(DR).port;
    const runt = frameOf(request(5).slice(0, 14));
    const first = forwarder.receive(runt, 0);
    forwarder.receive(runt, 0);
    assert.equal(first.next, undefined);
  });

  it('takes no TTL where the configuration says so, of the first packet and of those behind it', () => {
    const rig = new Rig({ ...DR, decrementTtl: false }).learn(RIP, M_SERVER);
    for (const flags of [SYN, ACK])
      assertSent(rig.give(request(5, flags)).sent, request(5, flags, { macs: [M_DIRECTOR, M_SERVER] }));
  });

  it('a datagram has no SYN, whatever the segment before it had', () => {
    const rig = new Rig(natConfig({}, { clampMss: 100 })).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    const macs = [M_HOST, M_INSIDE] as const;
    const addresses = [HOST, ip('198.51.100.80')] as const;
    rig.give(segment({ macs, addresses, ports: [5, 80], ttl: 64 }));
    // Its payload stands where a segment's length of header, flags and options would.
    const payload = new Uint8Array(32);
    payload.set([0x70, SYN], 4);
    payload.set([2, 4, 5, 180], 12);
    const { sent } = rig.give(
      buildUdp({
        ethernet: { source: macs[0], destination: macs[1] },
        ip: { source: addresses[0], destination: addresses[1] },
        udp: { sourcePort: 5, destinationPort: 80 },
        payload,
      }),
    );
    assert.equal(hex(sent[0]!.bytes.slice(42)), hex(payload));
  });
});

describe('addressed to somebody else', () => {
  it('ARP is taken from the broadcast address and the director’s own, and from no other that ends or begins like it', () => {
    const who = (mac: string): number => {
      const given = ARP.slice();
      given.set(mac.split(':').map((part) => Number.parseInt(part, 16)));
      return new Rig(DR).give(given).sent.length;
    };
    const own = formatMac(M_DIRECTOR);
    assert.deepEqual(
      ['ff:ff:ff:ff:ff:ff', own, 'ff:ff:ff:ff:ff:fe', 'ff:ff:ff:fe:ff:ff', `${own.slice(0, 15)}ff`].map(who),
      [1, 1, 0, 0, 0],
    );
  });

  it('a damaged segment to a port nobody serves is not reset; one whose checksum the card would fill in is', () => {
    const given = corrupt(request(50000, SYN, { ports: [50000, 81] }), 50, 0x12);
    const rig = new Rig(DR);
    assert.equal(rig.give(given).decisions[0]!.reason, 'bad-checksum');
    const partial = frameOf(given);
    partial.partialChecksum = true;
    assert.equal(rig.port.forwarder.receive(partial, 0).relation, 'answered');
  });
});

describe('partial checksums', () => {
  it('are filled in before the packet is forwarded', () => {
    const rig = new Rig(DNAT).learn(RIP, M_SERVER);
    const { forwarder } = rig.port;
    for (const [flags, payload] of [
      [SYN, ''],
      [PSH | ACK, 'hello'],
    ] as const) {
      const frame = frameOf(corrupt(corrupt(request(50000, flags, { payload }), 50, 0x12), 51, 0x34));
      frame.partialChecksum = true;
      const verdict = forwarder.receive(frame, 0);
      const expected = segment({
        macs: [M_DIRECTOR, M_SERVER],
        addresses: [DIP, RIP],
        ports: [40000, 80],
        ttl: 62,
        flags,
        payload,
      });
      assert.equal(verdict.count, 1);
      assert.equal(frame.partialChecksum, false);
      assert.equal(hex(frame.bytes.slice(frame.start, frame.end)), hex(expected));
    }
  });
});

function frameOf(bytes: Uint8Array): Frame {
  const frame = makeFrame(bytes.length);
  fillFrame(frame, 0, bytes);
  return frame;
}
