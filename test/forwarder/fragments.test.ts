import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { type Ipv4, type Mac, NO_MAC } from '../../src/packet/address.ts';
import { buildIcmpError, buildIpv4, wrapIpip } from '../../src/packet/build.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import { frameHash } from '../../src/packet/hash.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import {
  assertSent,
  CIP,
  DIP,
  hex,
  ip,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  Rig,
  RIP,
  ROUTER,
  RS1,
  RS2,
  RIP2,
  M_SERVER2,
  ACK,
  request,
  RST,
  segment,
  VIP,
} from './rig.ts';
import { allSent, cut, datagram, type Fields, service, start, texts, WIDE } from './fragment-rig.ts';

describe('fragments through a translation', () => {
  const expected = datagram({
    macs: [M_DIRECTOR, M_SERVER],
    addresses: [DIP, RIP],
    ports: [40000, 53],
    ttl: 62,
  });

  it('are put together, translated, and leave cut as they came', () => {
    const rig = start(service('dnat', true));
    const [first, middle, last] = cut(datagram(), 16, 64);
    const held = [rig.give(first!), rig.give(middle!)];
    assert.deepEqual(
      held.flatMap(({ sent, decisions }) => [sent.length, `${decisions[0]!.relation} ${decisions[0]!.rule}`]),
      [0, 'held fragment', 0, 'held fragment'],
    );
    const { sent, decisions } = rig.give(last!);
    assert.deepEqual(texts(sent.map(({ bytes }) => bytes)), texts(cut(expected, 16, 64)));
    assert.equal(decisions.length, 1);
    assert.deepEqual(
      decisions[0]!.framesIn,
      [first!, middle!, last!].map((frame) => frameHash(frame, 0, frame.length)),
    );
    assert.equal(decisions[0]!.framesOut.length, 3);
    assert.equal(decisions[0]!.rule, 'schedule');
  });

  it('in any order, and what comes twice changes nothing', () => {
    for (const order of [
      [2, 1, 0],
      [1, 0, 1, 2],
      [0, 0, 2, 1],
      [2, 2, 0, 1],
    ]) {
      const rig = start(service('dnat', true));
      const pieces = cut(datagram(), 16, 64);
      for (const index of order) rig.give(pieces[index]!);
      assert.deepEqual(allSent(rig), texts(cut(expected, 16, 64)), order.join());
      // Dropped, and the rest of its datagram waits on.
      const again = order.length - 3;
      assert.deepEqual(rig.drops(), again === 0 ? {} : { 'bad-fragment': again });
    }
  });

  it('longer than the MTU on the other side: cut anew', () => {
    const rig = start(service('dnat', true, 60));
    for (const piece of cut(datagram({ macs: WIDE }), 64)) rig.give(piece, 1);
    assert.deepEqual(allSent(rig), texts(cut(expected, 40, 80)));
  });

  it('what is whole and too long is cut, without DF; the first fragment alone keeps what is not to be copied', () => {
    // A record-route option that is full, then one that is copied (security, 130).
    const options = Uint8Array.of(7, 3, 4, 1, 130, 4, 0, 0);
    const rig = start(service('dnat', true, 80));
    rig.give(datagram({ options, macs: WIDE }), 1);
    const whole = datagram({
      macs: [M_DIRECTOR, M_SERVER],
      addresses: [DIP, RIP],
      ports: [40000, 53],
      ttl: 62,
      options,
    });
    const pieces = cut(whole, 48, 96);
    for (const piece of pieces.slice(1)) {
      piece.set([1, 1, 1, 1], 34);
      ipv4.fillHeaderChecksum(piece, 14);
    }
    assert.deepEqual(allSent(rig), texts(pieces));
  });

  it('with DF, too long: ICMP 3/4', () => {
    const rig = start(service('dnat', true, 80));
    const { sent } = rig.give(datagram({ dontFragment: true, macs: WIDE }), 1);
    assert.equal(hex(sent[0]!.bytes.slice(34, 36)), '0304');
    assert.equal((sent[0]!.bytes[40]! << 8) | sent[0]!.bytes[41]!, 80);
  });

  it('with DF, each of which fits, go on; a byte less, and the sender is told', () => {
    const pieces = cut(datagram({ dontFragment: true, macs: WIDE }), 64);
    const fitting = start(service('dnat', true, 84));
    for (const piece of pieces) fitting.give(piece, 1);
    assert.deepEqual(allSent(fitting), texts(cut(expected, 64)));
    const narrow = start(service('dnat', true, 83));
    const { sent, decisions } = pieces.map((piece) => narrow.give(piece, 1)).at(-1)!;
    assert.equal(decisions[0]!.reason, 'too-big');
    assert.equal(hex(sent[0]!.bytes.slice(34, 36)), '0304');
  });

  it('wait for a neighbour together', () => {
    const rig = new Rig(service('dnat', true)).learn(ROUTER, M_ROUTER);
    for (const piece of cut(datagram(), 16, 64)) rig.give(piece);
    assert.deepEqual(allSent(rig), []);
    rig.answer(RIP, M_SERVER);
    assert.deepEqual(allSent(rig), texts(cut(expected, 16, 64)));
    assert.deepEqual(
      rig.decisions.map(({ relation, framesIn }) => `${relation} ${framesIn.length}`),
      ['consumed 1', 'held 1', 'held 1', 'held 3', 'originated 0', 'consumed 1', 'forwarded 3'],
    );
  });

  it('for a server whose entry gave way: wait together while it is asked for again', () => {
    const config = service('dnat', true);
    const rig = new Rig({ ...config, interfaces: [{ ...config.interfaces[0]!, prefixLength: 16 }] });
    rig.learn(RIP, M_SERVER);
    for (let address = ip('10.0.120.0'), i = 0; i < 3000; address++, i++)
      rig.give(rig.arp(1, address, M_ROUTER, 0));
    rig.sent.length = 0;
    for (const piece of cut(datagram(), 16, 64)) rig.give(piece);
    assert.deepEqual(allSent(rig), []);
    rig.answer(RIP, M_SERVER);
    assert.deepEqual(allSent(rig), texts(cut(expected, 16, 64)));
  });

  it('that never become whole are dropped after 30 s, together', () => {
    const rig = start(service('dnat', true));
    const [first, middle] = cut(datagram(), 16, 64);
    rig.give(first!);
    rig.pass(20_000);
    rig.give(middle!);
    assert.deepEqual(rig.pass(9_999).decisions, []);
    const { decisions } = rig.pass(1);
    assert.deepEqual(
      decisions.map(({ relation, reason, framesIn }) => [relation, reason, framesIn.length]),
      [['dropped', 'fragment-timeout', 2]],
    );
    assert.equal(rig.drops()['fragment-timeout'], 1);
  });

  it('that overlap, or do not fit together, are dropped with all that waited', () => {
    const [first, , last] = cut(datagram(), 16, 64);
    const [, overlapping] = cut(datagram(), 8, 72);
    const [, end] = cut(datagram(), 32);
    for (const bad of [
      [first!, overlapping!],
      [last!, end!],
      [end!, last!.slice()],
    ]) {
      const rig = start(service('dnat', true));
      rig.give(bad[0]!);
      const { decisions } = rig.give(bad[1]!);
      if (bad[0] === end) {
        // The same bytes once more: nothing new, and nothing lost.
        assert.equal(decisions[0]!.framesIn.length, 1);
        continue;
      }
      assert.deepEqual([decisions[0]!.reason, decisions[0]!.framesIn.length], ['bad-fragment', 2]);
    }
  });

  it('of odd lengths, empty or reaching too far: bad', () => {
    const odd = cut(datagram(), 16)[0]!;
    const make = (offset: number, length: number, moreFragments: boolean): Uint8Array => {
      const bytes = buildIpv4({
        ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
        ip: { source: CIP, destination: VIP, protocol: 17, id: 9, fragmentOffset: offset, moreFragments },
        payload: new Uint8Array(length),
      });
      return bytes;
    };
    for (const frame of [make(8, 15, true), make(8, 0, true), make(65528, 8, false)]) {
      assert.equal(start(service('dnat', true)).give(frame).decisions[0]!.reason, 'bad-fragment');
    }
    assert.equal(start(service('dnat', true)).give(odd).decisions[0]!.relation, 'held');
  });

  it('of which some met congestion: all of them say so; if others cannot tell, none goes on', () => {
    for (const [marks, expected] of [
      [[2, 3, 1], 3],
      [[2, 2, 2], 2],
      [[3, 0, 3], undefined],
    ] as const) {
      const rig = start(service('dnat', true));
      cut(datagram(), 16, 64).forEach((piece, index) => {
        piece[15] = marks[index]!;
        ipv4.fillHeaderChecksum(piece, 14);
        rig.give(piece);
      });
      const sent = rig.sent.filter(({ bytes }) => bytes[13] === 0);
      assert.deepEqual(
        sent.map(({ bytes }) => bytes[15]),
        expected === undefined ? [] : [expected, expected, expected],
      );
      if (expected === undefined) assert.deepEqual(rig.drops(), { 'bad-fragment': 1 });
    }
  });

  it('are bounded: more than 1024 incomplete datagrams are not begun', () => {
    const rig = start(service('dnat', true));
    const counts = [];
    for (let id = 0; id < 1100; id++) {
      const [first] = cut(datagram({ id }), 16);
      counts.push(rig.give(first!).decisions[0]!.relation);
    }
    assert.equal(counts.filter((relation) => relation === 'held').length, 1024);
    assert.equal(rig.drops()['fragments-full'], 76);
  });
});

describe('fragments in dr and tun', () => {
  it('dr: follow the first one to its server, as they came', () => {
    const rig = start(service('dr'));
    // The second datagram goes to the other server; its fragments are told apart.
    const one = cut(datagram(), 16, 64);
    const two = cut(datagram({ ports: [5001, 53], id: 8 }), 48);
    for (const frame of [one[0]!, two[0]!, one[2]!, two[1]!, one[1]!]) rig.give(frame);
    const to = (server: Mac, fields: Fields): Uint8Array =>
      datagram({ ...fields, macs: [M_DIRECTOR, server], ttl: 62 });
    const first = cut(to(M_SERVER, {}), 16, 64);
    const second = cut(to(M_SERVER2, { ports: [5001, 53], id: 8 }), 48);
    assert.deepEqual(allSent(rig), texts([first[0]!, second[0]!, first[2]!, second[1]!, first[1]!]));
    assert.deepEqual(
      rig.decisions.slice(-2).map(({ rule, server, connection }) => `${rule} ${server} ${connection}`),
      ['fragment rs2 2', 'fragment rs1 1'],
    );
  });

  it('dr: a later one whose TTL ends here is dropped, alone', () => {
    const rig = start(service('dr'));
    const [first, , third] = cut(datagram(), 16, 64);
    const [, second] = cut(datagram({ ttl: 1 }), 16, 64);
    const told = [first!, second!, third!].map((frame) => rig.give(frame).decisions[0]!);
    assert.deepEqual(
      told.map(({ relation, reason }) => `${relation} ${reason ?? ''}`.trim()),
      ['forwarded', 'dropped ttl-expired', 'forwarded'],
    );
  });

  it('dr: what comes before the first one waits for it', () => {
    const rig = start(service('dr'));
    const [first, middle, last] = cut(datagram(), 16, 64);
    rig.give(last!);
    rig.give(middle!);
    assert.deepEqual(allSent(rig), []);
    const { decisions } = rig.give(first!);
    const forwarded = cut(datagram({ macs: [M_DIRECTOR, M_SERVER], ttl: 62 }), 16, 64);
    assert.deepEqual(allSent(rig), texts(forwarded));
    assert.deepEqual(
      decisions.map(({ relation, rule, framesIn }) => `${relation} ${rule} ${framesIn.length}`),
      ['forwarded schedule 1', 'forwarded fragment 1', 'forwarded fragment 1'],
    );
  });

  it('dr: wait with the first one for a neighbour', () => {
    const rig = new Rig(service('dr'));
    const relations = cut(datagram(), 16).map((piece) => rig.give(piece).decisions[0]!.relation);
    assert.deepEqual(relations, ['held', 'held']);
    rig.answer(RIP, M_SERVER);
    const forwarded = cut(datagram({ macs: [M_DIRECTOR, M_SERVER], ttl: 62 }), 16);
    assert.deepEqual(allSent(rig), texts(forwarded));
  });

  it('tun: each inside an outer packet of its own', () => {
    const rig = start(service('tun'));
    const inner = cut(datagram({ ttl: 62 }), 16, 64);
    for (const piece of cut(datagram(), 16, 64)) rig.give(piece);
    assert.deepEqual(
      allSent(rig),
      texts(
        inner.map((piece, index) =>
          wrapIpip({
            ethernet: { source: M_DIRECTOR, destination: M_SERVER },
            ip: { source: DIP, destination: RIP, id: index + 1 },
            inner: piece,
          }),
        ),
      ),
    );
  });

  it('tun: too long for the MTU without DF: the outer packet is cut', () => {
    const rig = start(service('tun', false, 100));
    rig.give(datagram({ macs: WIDE }), 1);
    const outer = wrapIpip({
      ethernet: { source: M_DIRECTOR, destination: M_SERVER },
      ip: { source: DIP, destination: RIP, id: 1 },
      inner: datagram({ ttl: 62 }),
    });
    assert.deepEqual(allSent(rig), texts(cut(outer, 80)));
  });

  it('tun: what had to be put together travels whole, an ICMP error for instance', () => {
    const rig = start(service('tun'));
    rig.give(datagram());
    const about = datagram({ addresses: [VIP, CIP], ports: [53, 5000] });
    const error = (macs: readonly [Mac, Mac], ttl: number): Uint8Array =>
      buildIcmpError({
        ethernet: { source: macs[0], destination: macs[1] },
        ip: { source: ROUTER, destination: VIP, ttl, id: 9 },
        icmp: { type: 3, code: 3 },
        quoted: about.subarray(14),
      });
    const [first, last] = cut(error([M_ROUTER, M_DIRECTOR], 63), 64);
    for (const id of [2, 3, 4, 5]) {
      rig.give(first!);
      const { sent } = rig.give(last!);
      assertSent(
        sent,
        wrapIpip({
          ethernet: { source: M_DIRECTOR, destination: M_SERVER },
          ip: { source: DIP, destination: RIP, id },
          inner: error([NO_MAC, NO_MAC], 62),
        }),
      );
    }
  });

  it('what follows a first fragment that went nowhere goes nowhere', () => {
    const config = service('dr');
    const rig = start({
      ...config,
      services: [{ ...config.services[0]!, servers: [{ ...RS1, weight: 0 }] }],
    });
    const [first, last] = cut(datagram(), 16);
    const refused = rig.give(first!);
    assert.equal(refused.decisions[0]!.relation, 'caused-error');
    assert.equal(refused.sent.length, 1, 'ICMP 3/3');
    assert.equal(rig.give(last!).decisions[0]!.reason, 'no-server');
  });

  it('an ID that is used again: a first fragment begins a datagram of its own', () => {
    const rig = start(service('dr'));
    for (const piece of cut(datagram(), 16)) rig.give(piece);
    // Another flow, so the other server; then the first one again.
    for (const piece of cut(datagram({ ports: [5001, 53] }), 16)) rig.give(piece);
    for (const piece of cut(datagram(), 16)) rig.give(piece);
    assert.deepEqual(
      rig.decisions.slice(-6).map(({ rule, server, connection }) => `${rule} ${server} ${connection}`),
      [
        'schedule rs1 1',
        'fragment rs1 1',
        'schedule rs2 2',
        'fragment rs2 2',
        'established rs1 1',
        'fragment rs1 1',
      ],
    );
  });

  it('a first fragment too short to tell its flow ends the course of the datagram before it', () => {
    const config = service('dr');
    const web = { ...config.services[0]!, protocol: 'tcp', port: 80 } as const;
    const rig = start({ ...config, services: [web] });
    const tcp = (payload: string): Uint8Array =>
      segment({
        macs: [M_ROUTER, M_DIRECTOR],
        addresses: [CIP, VIP],
        ports: [5000, 80],
        ttl: 63,
        dontFragment: false,
        payload,
      });
    for (const piece of cut(tcp('x'.repeat(40)), 24)) rig.give(piece);
    const [tiny, rest] = cut(tcp('y'.repeat(40)), 8).map((piece) => rig.give(piece));
    assert.deepEqual([tiny!.decisions[0]!.relation, tiny!.sent.length], ['held', 0]);
    // Whole again, and cut anew where the header stays in one piece.
    assert.equal(rest!.decisions[0]!.rule, 'established');
    assert.deepEqual(
      rest!.sent.map(
        ({ bytes }) => ipv4.totalLengthOf(bytes, 14) > 40 || ipv4.fragmentOffsetOf(bytes, 14) > 0,
      ),
      rest!.sent.map(() => true),
    );
  });

  it('what is refused is answered when it is whole', () => {
    const web = { ...service('dr').services[0]!, protocol: 'tcp', port: 80 } as const;
    const config: ForwarderConfig = { ...service('dr'), services: [web], noEntry: 'reset' };
    const stray = (flags: number): Uint8Array[] =>
      cut(request(5000, flags, { dontFragment: false, payload: 'x'.repeat(40) }), 24);
    const rig = start(config);
    const [head, tail] = stray(ACK).map((piece) => rig.give(piece));
    assert.deepEqual([head!.sent, tail!.decisions[0]!.relation], [[], 'answered']);
    assert.equal(tail!.sent[0]!.bytes[47]! & RST, RST);
    // The same for a connection whose server is gone.
    rig.give(request(5000));
    rig.reconfigure({ ...config, services: [{ ...web, servers: [RS2] }] });
    const [first, last] = stray(ACK).map((piece) => rig.give(piece));
    assert.deepEqual([first!.sent, last!.decisions[0]!.relation], [[], 'answered']);
    assert.deepEqual(rig.drops(), {});
  });

  it('a later fragment 30 s after the first one is a stranger', () => {
    const rig = start(service('dr'));
    const [first, last] = cut(datagram(), 16);
    rig.give(first!);
    rig.pass(30_000);
    assert.equal(rig.give(last!).decisions[0]!.relation, 'held');
  });

  it('a port nobody serves is answered when the datagram is whole', () => {
    const rig = start(service('dr'));
    const pieces = cut(datagram({ ports: [5000, 54] }), 16, 64);
    const answers = pieces.flatMap((piece) => rig.give(piece).sent);
    assert.deepEqual(
      answers.map(({ bytes }) => hex(bytes.slice(34, 36))),
      ['0303'],
    );
  });
});

describe('fragments of others', () => {
  it('a packet longer than the MTU it came in by cannot be', () => {
    const rig = start(service('dr', false, 100));
    assert.equal(rig.give(datagram()).decisions[0]!.reason, 'too-big');
    assert.deepEqual(allSent(rig), []);
  });

  it('for nobody here: not ours, or the kernel’s', () => {
    const rig = start(service('dr'));
    const [elsewhere] = cut(datagram({ addresses: [CIP, RIP2] }), 16);
    assert.equal(rig.give(elsewhere!).decisions[0]!.reason, 'not-ours');
    const [own] = cut(datagram({ addresses: [CIP, DIP] }), 16);
    assert.deepEqual(rig.give(own!), { sent: [], decisions: [] });
  });

  it('for the director itself, where it must look: taken in, and left to the kernel', () => {
    const rig = start(service('dnat', true));
    const [first, last] = cut(datagram({ addresses: [CIP, DIP], ports: [5000, 7] }), 16);
    rig.give(first!);
    const { sent, decisions } = rig.give(last!);
    assert.deepEqual(
      [sent.length, decisions[0]!.relation, decisions[0]!.framesIn.length],
      [0, 'consumed', 2],
    );
    assert.equal(decisions[0]!.rule, 'fragment');
  });

  it('an answer goes back by the port of the first fragment, whichever the last one came in by', () => {
    const rig = start(service('dr'));
    const [first, last] = cut(datagram({ ports: [5000, 54] }), 16);
    last!.set(cut(datagram({ macs: WIDE }), 16)[1]!.subarray(0, 6));
    rig.give(first!, 0);
    const { sent } = rig.give(last!, 1);
    assert.deepEqual(
      sent.map(({ port, bytes }) => [port, ...ethernetOf(bytes)]),
      [[0, M_ROUTER, M_DIRECTOR]],
    );
  });

  it('an answer goes back by the port of the last one, when that of the first is gone', () => {
    const config = service('dr');
    const rig = start(config);
    const [first, last] = cut(datagram({ ports: [5000, 54], macs: WIDE }), 16);
    last!.set(cut(datagram(), 16)[1]!.subarray(0, 6));
    rig.give(first!, 1);
    rig.reconfigure({ ...config, interfaces: config.interfaces.slice(0, 1) });
    const { sent } = rig.give(last!, 0);
    assert.deepEqual(
      sent.map(({ port, bytes }) => [port, ...ethernetOf(bytes)]),
      [[0, M_ROUTER, M_DIRECTOR]],
    );
  });

  it('a ping of the VIP in fragments is answered in fragments', () => {
    const request = cut(ping(8, [CIP, VIP], 63, [M_ROUTER, M_DIRECTOR]), 1480);
    const rig = start(service('dr'));
    const sent = request.flatMap((piece) => rig.give(piece).sent);
    const reply = cut(ping(0, [VIP, CIP], 64, [M_DIRECTOR, M_ROUTER]), 1480);
    assert.deepEqual(texts(sent.map(({ bytes }) => bytes)), texts(reply));
    assertSent(sent.slice(0, 1), reply[0]!);
  });

  it('is answered in as many, also where one would do', () => {
    const request = cut(ping(8, [CIP, VIP], 63, [M_ROUTER, M_DIRECTOR]), 800, 1200);
    const rig = start(service('dr', false, 9000));
    const sent = request.flatMap((piece) => rig.give(piece).sent);
    const reply = cut(ping(0, [VIP, CIP], 64, [M_DIRECTOR, M_ROUTER]), 800, 1200);
    assert.deepEqual(texts(sent.map(({ bytes }) => bytes)), texts(reply));
  });
});

function ethernetOf(frame: Uint8Array): [destination: number, source: number] {
  return [ethernet.destinationOf(frame, 0), ethernet.sourceOf(frame, 0)];
}

function ping(
  type: number,
  addresses: readonly [Ipv4, Ipv4],
  ttl: number,
  macs: readonly [Mac, Mac],
): Uint8Array {
  const message = new Uint8Array(2008);
  message[0] = type;
  message.set([0, 7, 0, 1], 4);
  let sum = (type << 8) + 8;
  sum = (sum & 0xffff) + (sum >>> 16);
  message.set([(~sum >>> 8) & 255, ~sum & 255], 2);
  return buildIpv4({
    ethernet: { source: macs[0], destination: macs[1] },
    ip: { source: addresses[0], destination: addresses[1], protocol: 1, ttl, id: 3 },
    payload: message,
  });
}
