import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { type Ipv4, type Mac, NO_ADDRESS, NO_MAC } from '../../src/packet/address.ts';
import * as icmpOf from '../../src/packet/icmp.ts';
import { buildIcmpEcho, buildIcmpError, buildUdp, wrapIpip } from '../../src/packet/build.ts';
import { l4ChecksumOk } from '../../src/packet/checksum.ts';
import {
  ACK,
  assertSent,
  CIP,
  DIP,
  directorConfig,
  EXT,
  HOST,
  HOST2,
  ip,
  M_DIRECTOR,
  M_HOST,
  M_HOST2,
  M_INSIDE,
  M_OUTSIDE,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
  M_UPSTREAM,
  natConfig,
  request,
  Rig,
  RIP,
  RIP2,
  ROUTER,
  RS1,
  RS2,
  segment,
  SIP,
  SYN,
  UPSTREAM,
  VIP,
  type SegmentFields,
} from './rig.ts';

/** Pings and ICMP errors on their way through the director, and those that it makes itself. */

const MIDDLE = ip('10.0.1.77');
const FULL_NAT = directorConfig({ model: 'dnat', snat: true, servers: [{ ...RS1, port: 8080 }] });
const PLAIN_NAT = directorConfig({ model: 'dnat', servers: [{ ...RS1, port: 8080 }] });
const DR = directorConfig();
const TUN = directorConfig({ model: 'tun' });

const start = (config: ForwarderConfig): Rig => new Rig(config).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);

interface ErrorFields {
  readonly macs: readonly [Mac, Mac];
  readonly addresses: readonly [Ipv4, Ipv4];
  readonly ttl?: number;
  readonly quoted: Uint8Array;
  readonly icmp?: { readonly type: number; readonly code: number; readonly rest?: number };
  readonly trafficClass?: number;
}

/** `quoted` is a frame. */
function error({ macs, addresses, ttl = 64, quoted, icmp, trafficClass = 0 }: ErrorFields): Uint8Array {
  return buildIcmpError({
    ethernet: { source: macs[0], destination: macs[1] },
    ip: { source: addresses[0], destination: addresses[1], ttl, id: 9, trafficClass },
    icmp: icmp ?? { type: 3, code: 1 },
    quoted: quoted.subarray(14),
  });
}

const packet = (fields: Omit<SegmentFields, 'macs'>): Uint8Array =>
  segment({ macs: [NO_MAC, NO_MAC], ...fields });

describe('ICMP errors through a translation', () => {
  const toServer = { ports: [40000, 8080], ttl: 60, flags: ACK, payload: 'data' } as const;
  const asClient = { ports: [50000, 80], ttl: 60, flags: ACK, payload: 'data' } as const;
  const fromServer = { ports: [8080, 40000], ttl: 50, flags: ACK, payload: 'data' } as const;
  const asVip = { ports: [80, 50000], ttl: 50, flags: ACK, payload: 'data' } as const;

  it('dnat with snat, about a request: to the client, from the VIP', () => {
    const rig = start(FULL_NAT);
    rig.give(request(50000));
    assertSent(
      rig.give(
        error({
          macs: [M_SERVER, M_DIRECTOR],
          addresses: [MIDDLE, DIP],
          quoted: packet({ ...toServer, addresses: [DIP, RIP] }),
        }),
      ).sent,
      error({
        macs: [M_DIRECTOR, M_ROUTER],
        addresses: [VIP, CIP],
        ttl: 63,
        quoted: packet({ ...asClient, addresses: [CIP, VIP] }),
      }),
    );
  });

  it('dnat with snat, about a reply: to the server, from the DIP', () => {
    const rig = start(FULL_NAT);
    rig.give(request(50000));
    assertSent(
      rig.give(
        error({
          macs: [M_ROUTER, M_DIRECTOR],
          addresses: [MIDDLE, VIP],
          quoted: packet({ ...asVip, addresses: [VIP, CIP] }),
        }),
      ).sent,
      error({
        macs: [M_DIRECTOR, M_SERVER],
        addresses: [DIP, RIP],
        ttl: 63,
        quoted: packet({ ...fromServer, addresses: [RIP, DIP] }),
      }),
    );
  });

  it('dnat without snat: the other end stays who it was', () => {
    const rig = start(PLAIN_NAT);
    rig.give(request(50000));
    assertSent(
      rig.give(
        error({
          macs: [M_ROUTER, M_DIRECTOR],
          addresses: [MIDDLE, VIP],
          quoted: packet({ ...asVip, addresses: [VIP, CIP] }),
        }),
      ).sent,
      error({
        macs: [M_DIRECTOR, M_SERVER],
        addresses: [MIDDLE, RIP],
        ttl: 63,
        quoted: packet({ ...fromServer, ports: [8080, 50000], addresses: [RIP, CIP] }),
      }),
    );
    assertSent(
      rig.give(
        error({
          macs: [M_SERVER, M_DIRECTOR],
          addresses: [MIDDLE, CIP],
          quoted: packet({ ...toServer, ports: [50000, 8080], addresses: [CIP, RIP] }),
        }),
      ).sent,
      error({
        macs: [M_DIRECTOR, M_ROUTER],
        addresses: [VIP, CIP],
        ttl: 63,
        quoted: packet({ ...asClient, addresses: [CIP, VIP] }),
      }),
    );
  });

  it('nat, about what went out: to the inside host, from whoever said it', () => {
    const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    const out = { addresses: [HOST, SIP], ports: [50000, 80], ttl: 64 } as const;
    rig.give(segment({ ...out, macs: [M_HOST, M_INSIDE] }));
    assertSent(
      rig.give(
        error({
          macs: [M_UPSTREAM, M_OUTSIDE],
          addresses: [MIDDLE, EXT],
          quoted: packet({ addresses: [EXT, SIP], ports: [40000, 80], ttl: 5 }),
          icmp: { type: 11, code: 0 },
        }),
        1,
      ).sent,
      error({
        macs: [M_INSIDE, M_HOST],
        addresses: [MIDDLE, HOST],
        ttl: 63,
        quoted: packet({ ...out, ttl: 5 }),
        icmp: { type: 11, code: 0 },
      }),
    );
  });

  it('nat, about what came in: to the outside, from the outside address', () => {
    const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    rig.give(segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [50000, 80], ttl: 64 }));
    assertSent(
      rig.give(
        error({
          macs: [M_HOST, M_INSIDE],
          addresses: [HOST, SIP],
          quoted: packet({ addresses: [SIP, HOST], ports: [80, 50000], ttl: 5 }),
        }),
      ).sent,
      error({
        macs: [M_OUTSIDE, M_UPSTREAM],
        addresses: [EXT, SIP],
        ttl: 63,
        quoted: packet({ addresses: [SIP, EXT], ports: [80, 40000], ttl: 5 }),
      }),
      1,
    );
  });

  it('nat: whatever complains, but for a redirect', () => {
    for (const type of [icmpOf.PARAMETER_PROBLEM, icmpOf.REDIRECT]) {
      const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
      rig.give(segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [50000, 80], ttl: 64 }));
      const quoted = packet({ addresses: [EXT, SIP], ports: [40000, 80], ttl: 5 });
      const fields = { macs: [M_UPSTREAM, M_OUTSIDE], addresses: [MIDDLE, EXT], quoted } as const;
      const { sent } = rig.give(error({ ...fields, icmp: { type, code: 0 } }), 1);
      assert.equal(sent.length, type === icmpOf.REDIRECT ? 0 : 1);
    }
  });

  it('the connection that it quotes, of many', () => {
    const rig = start(FULL_NAT);
    for (const port of [50001, 50002, 50003, 50000]) rig.give(request(port));
    const { sent, decisions } = rig.give(
      error({
        macs: [M_SERVER, M_DIRECTOR],
        addresses: [MIDDLE, DIP],
        quoted: packet({ ...toServer, ports: [40003, 8080], addresses: [DIP, RIP] }),
      }),
    );
    const expected = error({
      macs: [M_DIRECTOR, M_ROUTER],
      addresses: [VIP, CIP],
      ttl: 63,
      quoted: packet({ ...asClient, addresses: [CIP, VIP] }),
    });
    assertSent(sent, expected);
    assert.equal(decisions[0]!.connection, 4);
  });

  it('behind options of its own too', () => {
    const rig = start(FULL_NAT);
    rig.give(request(50000));
    const given = buildIcmpError({
      ethernet: { source: M_SERVER, destination: M_DIRECTOR },
      ip: { source: MIDDLE, destination: DIP, options: Uint8Array.of(1, 1, 1, 0) },
      icmp: { type: 3, code: 1 },
      quoted: packet({ ...toServer, addresses: [DIP, RIP] }).subarray(14),
    });
    assert.equal(rig.give(given).sent.length, 1);
  });

  it('about the first of several fragments too, about a later one it names no connection', () => {
    const asFragment = (frame: Uint8Array, word: number): Uint8Array => {
      frame.set([word >> 8, word & 255], 20);
      return frame;
    };
    const given = (word: number) => {
      const rig = start(FULL_NAT);
      rig.give(request(50000));
      return rig.give(
        error({
          macs: [M_SERVER, M_DIRECTOR],
          addresses: [MIDDLE, DIP],
          quoted: asFragment(packet({ ...toServer, addresses: [DIP, RIP] }), word),
        }),
      );
    };
    const told = error({
      macs: [M_DIRECTOR, M_ROUTER],
      addresses: [VIP, CIP],
      ttl: 63,
      quoted: asFragment(packet({ ...asClient, addresses: [CIP, VIP] }), 0x2000),
    });
    assertSent(given(0x2000).sent, told);
    assert.deepEqual(given(0x0010).sent, []);
  });

  it('a quote that is no IPv4, or has half a header, names no connection', () => {
    for (const first of [0x65, 0x44]) {
      const quoted = packet({ ...asVip, addresses: [VIP, CIP] });
      quoted[14] = first;
      const rig = start(FULL_NAT);
      rig.give(request(50000));
      const { decisions } = rig.give(
        error({ macs: [M_ROUTER, M_DIRECTOR], addresses: [MIDDLE, VIP], quoted }),
      );
      assert.equal(decisions[0]!.reason, 'no-connection');
    }
  });

  it('for somebody else than who sent what it quotes: nobody’s', () => {
    const rig = start(FULL_NAT);
    rig.give(request(50000));
    const quoted = packet({ ...toServer, addresses: [DIP, RIP] });
    const { sent, decisions } = rig.give(
      error({ macs: [M_SERVER, M_DIRECTOR], addresses: [MIDDLE, VIP], quoted }),
    );
    assert.deepEqual([sent, decisions[0]!.reason], [[], 'no-connection']);
  });

  it('a quote of 8 bytes behind the header is enough; its checksum is then not there to change', () => {
    const rig = start(FULL_NAT);
    rig.give(request(50000));
    const cut = (frame: Uint8Array): Uint8Array => frame.slice(0, 14 + 28);
    assertSent(
      rig.give(
        error({
          macs: [M_SERVER, M_DIRECTOR],
          addresses: [RIP, DIP],
          quoted: cut(packet({ ...toServer, addresses: [DIP, RIP] })),
        }),
      ).sent,
      error({
        macs: [M_DIRECTOR, M_ROUTER],
        addresses: [VIP, CIP],
        ttl: 63,
        quoted: cut(packet({ ...asClient, addresses: [CIP, VIP] })),
      }),
    );
  });

  it('a bad checksum, a redirect, a stranger, somebody else’s packet: nothing goes on', () => {
    const quoted = packet({ ...asVip, addresses: [VIP, CIP] });
    const about = { macs: [M_ROUTER, M_DIRECTOR], addresses: [MIDDLE, VIP], quoted } as const;
    const damaged = error(about);
    damaged[36]! ^= 1;
    const cases = [
      [damaged, 'bad-checksum'],
      [error({ ...about, icmp: { type: 5, code: 1 } }), 'unsupported'],
      [
        error({ ...about, quoted: packet({ ...asVip, ports: [80, 1], addresses: [VIP, CIP] }) }),
        'no-connection',
      ],
      [error({ ...about, quoted: quoted.slice(0, 14 + 27) }), 'no-connection'],
      [error({ ...about, ttl: 1 }), 'ttl-expired'],
    ] as const;
    for (const [frame, reason] of cases) {
      const rig = start(FULL_NAT);
      rig.give(request(50000));
      const { sent, decisions } = rig.give(frame);
      assert.deepEqual(sent, [], reason);
      assert.equal(decisions[0]!.reason, reason);
    }
  });
});

describe('ICMP errors in dr and tun', () => {
  const quoted = packet({ addresses: [VIP, CIP], ports: [80, 50000], ttl: 50, flags: ACK });
  const given = error({
    macs: [M_ROUTER, M_DIRECTOR],
    addresses: [MIDDLE, VIP],
    quoted,
    icmp: { type: 3, code: 4, rest: 1400 },
  });
  const onwards = error({
    macs: [M_DIRECTOR, M_SERVER],
    addresses: [MIDDLE, VIP],
    ttl: 63,
    quoted,
    icmp: { type: 3, code: 4, rest: 1400 },
  });

  it('dr: to the server of the connection that it quotes', () => {
    const rig = start(DR);
    rig.give(request(50000));
    const { sent, decisions } = rig.give(given);
    assertSent(sent, onwards);
    assert.equal(
      `${decisions[0]!.rule} ${decisions[0]!.server} ${decisions[0]!.connection}`,
      'icmp-error rs1 1',
    );
  });

  it('tun: the same, inside an outer packet', () => {
    const rig = start(TUN);
    rig.give(request(50000));
    const ethernet = { source: M_DIRECTOR, destination: M_SERVER };
    assertSent(
      rig.give(given).sent,
      wrapIpip({ ethernet, ip: { source: DIP, destination: RIP, id: 1 }, inner: onwards }),
    );
  });

  for (const [name, config] of [
    ['dr', DR],
    ['tun', TUN],
    ['dnat', PLAIN_NAT],
  ] as const) {
    it(`${name}: a redirect or parameter problem is nobody's, whoever it is for`, () => {
      for (const type of [icmpOf.REDIRECT, icmpOf.PARAMETER_PROBLEM]) {
        const rig = start(config);
        rig.give(request(50000));
        const about = { macs: [M_ROUTER, M_DIRECTOR], addresses: [MIDDLE, VIP], quoted } as const;
        const { sent, decisions } = rig.give(error({ ...about, icmp: { type, code: 0, rest: 0 } }));
        assert.deepEqual([sent, decisions[0]!.reason], [[], 'unsupported']);
      }
    });
  }

  it('dnat: a redirect or parameter problem for the director itself is its kernel’s', () => {
    for (const type of [icmpOf.REDIRECT, icmpOf.PARAMETER_PROBLEM]) {
      const rig = start(FULL_NAT);
      rig.give(request(50000));
      const about = packet({ addresses: [DIP, RIP], ports: [40000, 8080], ttl: 60, flags: ACK });
      const fields = { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, DIP], quoted: about } as const;
      assert.deepEqual(rig.give(error({ ...fields, icmp: { type, code: 0 } })), { sent: [], decisions: [] });
    }
  });

  it('longer than the MTU, with DF: cut all the same', () => {
    const narrow = { ...DR.interfaces[0]!, mtu: 300 };
    const wide = { segment: 'wide', address: ip('10.0.9.2'), prefixLength: 24, mac: M_INSIDE, mtu: 1500 };
    for (const config of [DR, TUN]) {
      const rig = start({ ...config, interfaces: [narrow, wide] });
      rig.give(request(50000));
      const long = packet({ addresses: [VIP, CIP], ports: [80, 50000], ttl: 50, payload: 'x'.repeat(500) });
      const about = buildIcmpError({
        ethernet: { source: M_ROUTER, destination: M_INSIDE },
        ip: { source: MIDDLE, destination: VIP, dontFragment: true },
        icmp: { type: 3, code: 1 },
        quoted: long.subarray(14),
      });
      const { sent } = rig.give(about, 1);
      assert.ok(sent.length > 1);
      for (const { bytes } of sent) assert.equal(bytes[20]! & 0x40, 0);
    }
  });

  it('tun, the path to the server is too narrow: the client hears what fits inside, about its own packet', () => {
    const rig = start(TUN);
    rig.give(request(50000));
    const inner = request(50000, ACK, { ttl: 62, payload: 'x'.repeat(600) });
    const outer = wrapIpip({
      ethernet: { source: NO_MAC, destination: NO_MAC },
      ip: { source: DIP, destination: RIP, id: 0 },
      inner,
    });
    const about = {
      macs: [M_ROUTER, M_DIRECTOR],
      addresses: [MIDDLE, DIP],
      quoted: outer,
      icmp: { type: 3, code: 4, rest: 1400 },
    } as const;
    const { sent, decisions } = rig.give(error(about));
    assertSent(
      sent,
      buildIcmpError({
        ethernet: { source: M_DIRECTOR, destination: M_ROUTER },
        ip: { source: VIP, destination: CIP, trafficClass: 0xc0 },
        icmp: { type: 3, code: 4, rest: 1380 },
        quoted: inner.subarray(14, 14 + 548 - 20),
      }),
    );
    assert.equal(`${decisions[0]!.relation} ${decisions[0]!.rule}`, 'caused-error mtu');
  });
});

describe('errors about the tunnel', () => {
  const inner = request(50000, SYN, { ttl: 62, dontFragment: false });
  const outer = wrapIpip({
    ethernet: { source: NO_MAC, destination: NO_MAC },
    ip: { source: DIP, destination: RIP, id: 0 },
    inner,
  });
  const about = (type: number, code: number, rest = 0, quoted = outer, to = DIP): Uint8Array =>
    error({
      macs: [M_SERVER, M_DIRECTOR],
      addresses: [type === 3 ? RIP : ROUTER, to],
      quoted,
      icmp: { type, code, rest },
    });
  const told = (type: number, code: number, rest = 0, quoted = inner.subarray(14)): Uint8Array =>
    buildIcmpError({
      ethernet: { source: M_DIRECTOR, destination: M_ROUTER },
      ip: { source: VIP, destination: CIP, trafficClass: 0xc0 },
      icmp: { type, code, rest },
      quoted,
    });
  const opened = (): Rig => {
    const rig = start(TUN);
    rig.give(request(50000, SYN, { dontFragment: false }));
    return rig;
  };

  for (let type = 0; type <= 18; type++) {
    if (!icmpOf.isError(type)) continue;
    const isTold = type !== icmpOf.REDIRECT && type !== icmpOf.PARAMETER_PROBLEM;
    it(`type ${type}, any code: ${isTold ? 'the client hears the same from the VIP' : 'the kernel’s'}`, () => {
      for (let code = 0; code < 16; code++) {
        if (type === 3 && code === 4) continue;
        const rig = opened();
        const { sent, decisions } = rig.give(about(type, code, 0x1234_5678));
        if (isTold) {
          assertSent(sent, told(type, code, 0x1234_5678));
          assert.equal(decisions[0]!.rule, 'icmp-error');
        } else assert.deepEqual([sent, decisions], [[], []]);
        // T6d: the entry stays as it is.
        assert.deepEqual(rig.connections, ['rs1 50000 SYN_RECV']);
      }
    });
  }

  it('the quote must reach the inner ports, and no further', () => {
    assertSent(
      opened().give(about(3, 2, 0, outer.slice(0, 14 + 44))).sent,
      told(3, 2, 0, inner.slice(14, 14 + 24)),
    );
    for (const length of [14 + 43, 14 + 28, 14 + 20])
      assert.deepEqual(opened().give(about(3, 2, 0, outer.slice(0, length))), { sent: [], decisions: [] });
  });

  it('name the connection inside, of many', () => {
    const rig = start(TUN);
    for (const port of [50001, 50002, 50003, 50000]) rig.give(request(port, SYN, { dontFragment: false }));
    const { sent, decisions } = rig.give(about(3, 2));
    assertSent(sent, told(3, 2));
    assert.equal(decisions[0]!.connection, 4);
  });

  it('from any of several servers', () => {
    const rig = new Rig(directorConfig({ model: 'tun', servers: [RS1, RS2] }));
    rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2).learn(ROUTER, M_ROUTER);
    for (const port of [1, 50000]) rig.give(request(port, SYN, { dontFragment: false }));
    const quoted = wrapIpip({
      ethernet: { source: NO_MAC, destination: NO_MAC },
      ip: { source: DIP, destination: RIP2, id: 0 },
      inner,
    });
    const { sent, decisions } = rig.give(about(3, 2, 0, quoted));
    assertSent(sent, told(3, 2));
    assert.equal(decisions[0]!.server, 'rs2');
  });

  it('for another host: not the director’s', () => {
    const elsewhere = ip('10.0.2.77');
    const quoted = wrapIpip({
      ethernet: { source: NO_MAC, destination: NO_MAC },
      ip: { source: elsewhere, destination: RIP },
      inner,
    });
    for (const frame of [about(3, 2, 0, outer, elsewhere), about(3, 2, 0, quoted, elsewhere)])
      assert.equal(opened().give(frame).decisions[0]!.reason, 'not-ours');
    // The tunnel of somebody else.
    assert.deepEqual(opened().give(about(3, 2, 0, quoted)), { sent: [], decisions: [] });
    // A tunnel of its own, but to nobody that is a server.
    const stranger = wrapIpip({
      ethernet: { source: NO_MAC, destination: NO_MAC },
      ip: { source: DIP, destination: ROUTER },
      inner,
    });
    assert.deepEqual(opened().give(about(3, 2, 0, stranger)), { sent: [], decisions: [] });
  });

  it('six at once to a client, then one a second; every 3/4', () => {
    const rig = opened();
    const counts = [0, 0];
    for (let i = 0; i < 20; i++) counts[0]! += rig.give(about(11, 0)).sent.length;
    rig.pass(1000);
    for (let i = 0; i < 20; i++) counts[1]! += rig.give(about(3, 1)).sent.length;
    assert.deepEqual(counts, [6, 1]);
    assert.deepEqual(rig.drops(), { 'rate-limited': 33 });
    const big = wrapIpip({
      ethernet: { source: NO_MAC, destination: NO_MAC },
      ip: { source: DIP, destination: RIP },
      inner: request(50000, ACK, { ttl: 62 }),
    });
    for (let i = 0; i < 20; i++) assert.equal(rig.give(about(3, 4, 1400, big)).sent.length, 1);
  });
});

describe('errors about the tunnel that are not relayed', () => {
  const inner = (fields: Partial<SegmentFields> = {}): Uint8Array =>
    request(50000, ACK, { ttl: 62, payload: 'x'.repeat(100), ...fields });
  const about = (frame: Uint8Array, mtu = 1400, to = RIP): Uint8Array =>
    error({
      macs: [M_ROUTER, M_DIRECTOR],
      addresses: [MIDDLE, DIP],
      quoted: wrapIpip({
        ethernet: { source: NO_MAC, destination: NO_MAC },
        ip: { source: DIP, destination: to, id: 0 },
        inner: frame,
      }),
      icmp: { type: 3, code: 4, rest: mtu },
    });
  const damaged = about(inner());
  damaged[36]! ^= 1;
  const cases: readonly [string, Uint8Array, string | undefined][] = [
    ['about no connection', about(inner({ ports: [1, 80] })), undefined],
    ['about another server', about(inner(), 1400, MIDDLE), undefined],
    ['about a packet that may be fragmented', about(inner({ dontFragment: false })), 'unsupported'],
    ['with an MTU that no link has', about(inner(), 87), 'unsupported'],
    ['about a reply', about(packet({ addresses: [VIP, CIP], ports: [80, 50000], ttl: 60 })), undefined],
    ['with a bad checksum', damaged, 'bad-checksum'],
    ['about a ping inside', about(pingInside()), undefined],
  ];
  for (const [name, given, reason] of cases) {
    it(name, () => {
      const rig = start(TUN);
      rig.give(request(50000));
      const { sent, decisions } = rig.give(given);
      assert.deepEqual(sent, []);
      assert.equal(decisions[0]?.reason, reason);
    });
  }

  it('with the least MTU that a link may have, it is', () => {
    const rig = start(TUN);
    rig.give(request(50000));
    assert.equal(rig.give(about(inner(), 88)).sent.length, 1);
  });

  it('waits for a neighbour that is not known yet', () => {
    const rig = new Rig(TUN).learn(RIP, M_SERVER);
    rig.give(request(50000));
    assert.equal(rig.give(about(inner())).decisions[0]!.relation, 'held');
  });

  it('no way back to the client: dropped', () => {
    const rig = start({ ...TUN, routes: [] });
    rig.give(request(50000));
    assert.equal(rig.give(about(inner())).decisions[0]!.reason, 'no-route');
  });

  it('dr, the server is gone: dropped', () => {
    const rig = start(DR);
    rig.give(request(50000));
    rig.reconfigure({ ...DR, services: [{ ...DR.services[0]!, servers: [] }] });
    const quoted = packet({ addresses: [VIP, CIP], ports: [80, 50000], ttl: 50, flags: ACK });
    const given = error({ macs: [M_ROUTER, M_DIRECTOR], addresses: [MIDDLE, VIP], quoted });
    assert.equal(rig.give(given).decisions[0]!.reason, 'server-removed');
  });
});

function pingInside(): Uint8Array {
  return buildIcmpEcho({
    ethernet: { source: NO_MAC, destination: NO_MAC },
    ip: { source: CIP, destination: VIP, dontFragment: true },
    icmp: { operation: 'request', identifier: 1, sequence: 1 },
  });
}

describe('ping through nat', () => {
  const ping = (
    macs: readonly [Mac, Mac],
    addresses: readonly [Ipv4, Ipv4],
    identifier: number,
    ttl: number,
    operation: 'request' | 'reply' = 'request',
  ): Uint8Array =>
    buildIcmpEcho({
      ethernet: { source: macs[0], destination: macs[1] },
      ip: { source: addresses[0], destination: addresses[1], ttl, id: 3 },
      icmp: { operation, identifier, sequence: 5 },
      payload: new TextEncoder().encode('ping'),
    });

  it('the identifier plays the port', () => {
    const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(HOST2, M_HOST2).learn(UPSTREAM, M_UPSTREAM, 1);
    assertSent(
      rig.give(ping([M_HOST, M_INSIDE], [HOST, SIP], 7, 64)).sent,
      ping([M_OUTSIDE, M_UPSTREAM], [EXT, SIP], 40000, 63),
      1,
    );
    rig.give(ping([M_HOST2, M_INSIDE], [HOST2, SIP], 7, 64));
    assertSent(
      rig.give(ping([M_UPSTREAM, M_OUTSIDE], [SIP, EXT], 40001, 60, 'reply'), 1).sent,
      ping([M_INSIDE, M_HOST2], [SIP, HOST2], 7, 59, 'reply'),
    );
    assert.deepEqual(rig.connections, ['nat 7 ICMP', 'nat 7 ICMP']);
    rig.pass(30_065);
    assert.deepEqual(rig.connections, []);
  });

  it('a message of zeros alone has the checksum ffff', () => {
    const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    const empty = (
      macs: readonly [Mac, Mac],
      addresses: readonly [Ipv4, Ipv4],
      ttl: number,
      operation: 'request' | 'reply',
      identifier = 0,
    ): Uint8Array =>
      buildIcmpEcho({
        ethernet: { source: macs[0], destination: macs[1] },
        ip: { source: addresses[0], destination: addresses[1], ttl },
        icmp: { operation, identifier, sequence: 0 },
      });
    rig.give(empty([M_HOST, M_INSIDE], [HOST, SIP], 64, 'request'));
    assertSent(
      rig.give(empty([M_UPSTREAM, M_OUTSIDE], [SIP, EXT], 64, 'reply', 40000), 1).sent,
      empty([M_INSIDE, M_HOST], [SIP, HOST], 63, 'reply'),
    );
    assertSent(
      start(DR).give(empty([M_ROUTER, M_DIRECTOR], [CIP, VIP], 64, 'request')).sent,
      empty([M_DIRECTOR, M_ROUTER], [VIP, CIP], 64, 'reply'),
    );
  });

  it('an error about a ping comes back to who sent it', () => {
    const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    rig.give(ping([M_HOST, M_INSIDE], [HOST, SIP], 7, 64));
    const kind = { type: 11, code: 0 };
    assertSent(
      rig.give(
        error({
          macs: [M_UPSTREAM, M_OUTSIDE],
          addresses: [MIDDLE, EXT],
          quoted: ping([NO_MAC, NO_MAC], [EXT, SIP], 40000, 1),
          icmp: kind,
        }),
        1,
      ).sent,
      error({
        macs: [M_INSIDE, M_HOST],
        addresses: [MIDDLE, HOST],
        ttl: 63,
        quoted: ping([NO_MAC, NO_MAC], [HOST, SIP], 7, 1),
        icmp: kind,
      }),
    );
  });

  it('a ping of the outside address is the kernel’s, a reply to nobody too', () => {
    const rig = new Rig(natConfig());
    for (const operation of ['request', 'reply'] as const) {
      const given = ping([M_UPSTREAM, M_OUTSIDE], [SIP, EXT], 40000, 60, operation);
      assert.deepEqual(rig.give(given, 1), { sent: [], decisions: [] });
    }
  });
});

describe('errors of the director’s own', () => {
  const back = { source: M_DIRECTOR, destination: M_ROUTER };

  for (const ttl of [0, 1]) {
    it(`TTL ${ttl}: ICMP 11/0 from the VIP, quoting the packet as it came`, () => {
      for (const config of [DR, TUN, FULL_NAT, PLAIN_NAT]) {
        const given = request(50000, SYN, { ttl, trafficClass: 0x12 });
        const { sent, decisions } = start(config).give(given);
        assertSent(
          sent,
          buildIcmpError({
            ethernet: back,
            ip: { source: VIP, destination: CIP, trafficClass: 0xd2 },
            icmp: { type: 11, code: 0 },
            quoted: given.subarray(14),
          }),
        );
        assert.equal(`${decisions[0]!.relation} ${decisions[0]!.rule}`, 'caused-error ttl');
      }
    });
  }

  it('nat: from the inside address to the inside host', () => {
    const given = segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [1, 2], ttl: 1 });
    assertSent(
      new Rig(natConfig()).give(given).sent,
      buildIcmpError({
        ethernet: { source: M_INSIDE, destination: M_HOST },
        ip: { source: ip('192.168.1.1'), destination: HOST, trafficClass: 0xc0 },
        icmp: { type: 11, code: 0 },
        quoted: given.subarray(14),
      }),
    );
  });

  it('dnat, a reply that does not fit the way to the client: 3/4 from the DIP to the server', () => {
    const base = FULL_NAT;
    const config: ForwarderConfig = {
      ...base,
      interfaces: [
        { segment: 'outside', address: ip('10.0.3.2'), prefixLength: 24, mac: M_INSIDE, mtu: 1400 },
        base.interfaces[0]!,
      ],
      routes: [{ network: NO_ADDRESS, prefixLength: 0, via: ip('10.0.3.1') }],
    };
    const rig = new Rig(config).learn(RIP, M_SERVER, 1).learn(ip('10.0.3.1'), M_ROUTER);
    rig.give(request(50000, SYN, { macs: [M_ROUTER, M_INSIDE] }));
    const given = segment({
      macs: [M_SERVER, M_DIRECTOR],
      addresses: [RIP, DIP],
      ports: [8080, 40000],
      ttl: 64,
      flags: ACK,
      payload: 'x'.repeat(1361),
    });
    assertSent(
      rig.give(given, 1).sent,
      buildIcmpError({
        ethernet: { source: M_DIRECTOR, destination: M_SERVER },
        ip: { source: DIP, destination: RIP, trafficClass: 0xc0 },
        icmp: { type: 3, code: 4, rest: 1400 },
        quoted: given.subarray(14),
      }),
      1,
    );
  });

  it('six at once to each client, then one a second; what is not told is dropped for the same reason', () => {
    const rig = start(DR);
    const other = ip('10.0.1.11');
    const tell = (source: Ipv4): number =>
      rig.give(request(50000, SYN, { ttl: 1, addresses: [source, VIP] })).sent.length;
    const told = [];
    for (let i = 0; i < 12; i++, rig.pass(100)) told.push(tell(CIP));
    assert.deepEqual(told, [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0]);
    assert.equal(tell(other), 1);
    assert.deepEqual(rig.drops(), { 'ttl-expired': 13 });
    assert.deepEqual(
      rig.decisions.slice(-2).map(({ relation, reason }) => `${relation} ${reason ?? ''}`),
      ['dropped ttl-expired', 'caused-error ttl-expired'],
    );
  });

  it('as many as there are, where the kernel’s limit is off', () => {
    const rig = start({ ...DR, limitErrors: false });
    for (let i = 0; i < 20; i++) assert.equal(rig.give(request(50000, SYN, { ttl: 1 })).sent.length, 1);
  });

  it('dnat, an error with DF that does not fit: dropped, and told to nobody; without DF it is cut', () => {
    const wide = { segment: 'wide', address: ip('10.0.9.2'), prefixLength: 24, mac: M_INSIDE, mtu: 1500 };
    const rig = start({ ...FULL_NAT, interfaces: [{ ...FULL_NAT.interfaces[0]!, mtu: 300 }, wide] });
    rig.give(request(50000));
    const fields = {
      addresses: [DIP, RIP],
      ports: [40000, 8080],
      ttl: 60,
      payload: 'x'.repeat(500),
    } as const;
    const about = (dontFragment: boolean): Uint8Array =>
      buildIcmpError({
        ethernet: { source: M_SERVER, destination: M_INSIDE },
        ip: { source: MIDDLE, destination: DIP, dontFragment },
        icmp: { type: 3, code: 1 },
        quoted: packet(fields).subarray(14),
      });
    const { sent, decisions } = rig.give(about(true), 1);
    assert.deepEqual([sent, decisions[0]!.relation, decisions[0]!.reason], [[], 'dropped', 'too-big']);
    assert.ok(rig.give(about(false), 1).sent.length > 1);
  });

  it('never about an error, nor to a sender that is no host', () => {
    const about = error({
      macs: [M_ROUTER, M_DIRECTOR],
      addresses: [MIDDLE, VIP],
      ttl: 1,
      quoted: packet({ addresses: [VIP, CIP], ports: [80, 50000], ttl: 50 }),
    });
    const rig = start(DR);
    rig.give(request(50000));
    assert.deepEqual(rig.give(about).sent, []);
    // The last ones are the director's own, the VIP and the broadcast address of a subnet that it is in.
    const noHosts = ['0.0.0.0', '0.1.2.3', '127.0.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'];
    for (const source of [...noHosts, '10.0.2.2', '10.0.2.100', '10.0.2.255']) {
      // To a service too: it costs no connection.
      const martian = start(DR);
      const { sent, decisions } = martian.give(request(5, SYN, { addresses: [ip(source), VIP] }));
      assert.deepEqual([sent, decisions[0]!.reason, martian.connections], [[], 'martian-source', []], source);
      const echo = buildIcmpEcho({
        ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
        ip: { source: ip(source), destination: VIP },
        icmp: { operation: 'request', identifier: 1, sequence: 1 },
      });
      assert.deepEqual(start(DR).give(echo).sent, [], source);
      const complaint = error({
        macs: [M_ROUTER, M_DIRECTOR],
        addresses: [ip(source), VIP],
        quoted: packet({ addresses: [VIP, CIP], ports: [80, 50000], ttl: 50 }),
      });
      const told = rig.give(complaint);
      assert.deepEqual([told.sent, told.decisions[0]!.reason], [[], 'martian-source'], source);
      for (const ports of [
        [5, 80],
        [5, 81],
      ] as const) {
        const given = request(5, SYN, { addresses: [ip(source), VIP], ports, ttl: 1 });
        assert.deepEqual(start(DR).give(given).sent, [], source);
      }
      const datagram = buildUdp({
        ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
        ip: { source: ip(source), destination: VIP },
        udp: { sourcePort: 1, destinationPort: 2 },
      });
      assert.deepEqual(start(DR).give(datagram).sent, [], source);
    }
  });

  it('all of them have valid checksums', () => {
    const { sent } = start(DR).give(request(50000, SYN, { ttl: 1, payload: 'odd' }));
    assert.equal(l4ChecksumOk(sent[0]!.bytes, 14, sent[0]!.bytes.length), true);
  });
});
