import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import type { Ipv4, Mac } from '../../src/packet/address.ts';
import { buildIcmpError, buildUdp, wrapIpip } from '../../src/packet/build.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import * as udp from '../../src/packet/udp.ts';
import {
  assertSent,
  CIP,
  DIP,
  directorConfig,
  EXT,
  hex,
  HOST,
  HOST2,
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
  Rig,
  RIP,
  RIP2,
  ROUTER,
  RS1,
  SIP,
  UPSTREAM,
  VIP,
} from './rig.ts';

interface DatagramFields {
  readonly macs: readonly [Mac, Mac];
  readonly addresses: readonly [Ipv4, Ipv4];
  readonly ports: readonly [number, number];
  readonly ttl: number;
  readonly payload?: Uint8Array;
  readonly withChecksum?: boolean;
}

function datagram({
  macs,
  addresses,
  ports,
  ttl,
  payload = Uint8Array.of(104, 105),
  withChecksum,
}: DatagramFields): Uint8Array {
  return buildUdp({
    ethernet: { source: macs[0], destination: macs[1] },
    ip: { source: addresses[0], destination: addresses[1], ttl, id: 7 },
    udp: { sourcePort: ports[0], destinationPort: ports[1], withChecksum },
    payload,
  });
}

const service = (model: 'dnat' | 'dr' | 'tun', snat = false): ForwarderConfig =>
  directorConfig({ model, snat, protocol: 'udp', port: 53, servers: [{ ...RS1, port: 5353 }] });

const asked = (rest: Partial<DatagramFields> = {}): Uint8Array =>
  datagram({ macs: [M_ROUTER, M_DIRECTOR], addresses: [CIP, VIP], ports: [5000, 53], ttl: 63, ...rest });

describe('UDP', () => {
  it('dnat with snat: both addresses and ports, there and back', () => {
    const rig = new Rig(service('dnat', true)).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
    assertSent(
      rig.give(asked()).sent,
      datagram({ macs: [M_DIRECTOR, M_SERVER], addresses: [DIP, RIP], ports: [40000, 5353], ttl: 62 }),
    );
    const reply = { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, DIP], ports: [5353, 40000] } as const;
    assertSent(
      rig.give(datagram({ ...reply, ttl: 64 })).sent,
      datagram({ macs: [M_DIRECTOR, M_ROUTER], addresses: [VIP, CIP], ports: [53, 5000], ttl: 63 }),
    );
    assert.deepEqual(rig.connections, ['rs1 5000 UDP']);
  });

  it('dnat without snat: the destination alone', () => {
    const rig = new Rig(service('dnat')).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
    assertSent(
      rig.give(asked()).sent,
      datagram({ macs: [M_DIRECTOR, M_SERVER], addresses: [CIP, RIP], ports: [5000, 5353], ttl: 62 }),
    );
    const reply = { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, CIP], ports: [5353, 5000] } as const;
    assertSent(
      rig.give(datagram({ ...reply, ttl: 64 })).sent,
      datagram({ macs: [M_DIRECTOR, M_ROUTER], addresses: [VIP, CIP], ports: [53, 5000], ttl: 63 }),
    );
  });

  it('dr and tun: the packet as it is', () => {
    assertSent(
      new Rig(service('dr')).learn(RIP, M_SERVER).give(asked()).sent,
      asked({ macs: [M_DIRECTOR, M_SERVER], ttl: 62 }),
    );
    const ethernet = { source: M_DIRECTOR, destination: M_SERVER };
    assertSent(
      new Rig(service('tun')).learn(RIP, M_SERVER).give(asked()).sent,
      wrapIpip({ ethernet, ip: { source: DIP, destination: RIP, id: 1 }, inner: asked({ ttl: 62 }) }),
    );
  });

  it('nat: two hosts with one port get two', () => {
    const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(HOST2, M_HOST2).learn(UPSTREAM, M_UPSTREAM, 1);
    const out = { addresses: [HOST, SIP], ports: [40000, 53], ttl: 64 } as const;
    const first = rig.give(datagram({ ...out, macs: [M_HOST, M_INSIDE] })).sent;
    assertSent(
      first,
      datagram({ macs: [M_OUTSIDE, M_UPSTREAM], addresses: [EXT, SIP], ports: [40000, 53], ttl: 63 }),
      1,
    );
    rig.give(datagram({ ...out, macs: [M_HOST2, M_INSIDE], addresses: [HOST2, SIP] }));
    const back = { macs: [M_UPSTREAM, M_OUTSIDE], addresses: [SIP, EXT], ports: [53, 40001] } as const;
    assertSent(
      rig.give(datagram({ ...back, ttl: 60 }), 1).sent,
      datagram({ macs: [M_INSIDE, M_HOST2], addresses: [SIP, HOST2], ports: [53, 40000], ttl: 59 }),
    );
  });

  it('a checksum of 0 stays 0', () => {
    const rig = new Rig(service('dnat', true)).learn(RIP, M_SERVER);
    const expected = { macs: [M_DIRECTOR, M_SERVER], addresses: [DIP, RIP], ports: [40000, 5353] } as const;
    assertSent(
      rig.give(asked({ withChecksum: false })).sent,
      datagram({ ...expected, ttl: 62, withChecksum: false }),
    );
  });

  it('a computed 0 becomes ffff', () => {
    const to = {
      macs: [M_DIRECTOR, M_SERVER],
      addresses: [DIP, RIP],
      ports: [40000, 5353],
      ttl: 62,
    } as const;
    // One 16-bit payload gives this sum: the builder finds it.
    const words = Array.from({ length: 0x1_0000 }, (_, word) => Uint8Array.of(word >>> 8, word));
    const payload = words.find((word) => udp.checksumOf(datagram({ ...to, payload: word }), 34) === 0xffff);
    assert.ok(payload !== undefined);
    const rig = new Rig(service('dnat', true)).learn(RIP, M_SERVER);
    assertSent(rig.give(asked({ payload })).sent, datagram({ ...to, payload }));
  });

  it('bytes behind the datagram travel on, and are not under its checksum', () => {
    const surplus = Uint8Array.of(0xab, 0xcd, 0xef);
    const followed = (frame: Uint8Array): Uint8Array => {
      const longer = Uint8Array.from([...frame, ...surplus]);
      longer[17]! += surplus.length;
      ipv4.fillHeaderChecksum(longer, 14);
      return longer;
    };
    const to = {
      macs: [M_DIRECTOR, M_SERVER],
      addresses: [DIP, RIP],
      ports: [40000, 5353],
      ttl: 62,
    } as const;
    const rig = new Rig(service('dnat', true)).learn(RIP, M_SERVER);
    assertSent(rig.give(followed(asked())).sent, followed(datagram(to)));
  });

  it('a bad checksum: dropped where it is translated, passed on where it is not', () => {
    const bad = asked();
    bad[41]! ^= 1;
    for (const config of [service('dnat'), service('dnat', true)]) {
      const { sent, decisions } = new Rig(config).learn(RIP, M_SERVER).give(bad);
      assert.deepEqual(sent, []);
      assert.equal(decisions[0]!.reason, 'bad-checksum');
    }
    assert.equal(new Rig(service('dr')).learn(RIP, M_SERVER).give(bad).sent.length, 1);
  });

  it('a length below 8 or beyond the packet: malformed', () => {
    for (const length of [7, 11, 0]) {
      const bad = asked();
      bad[39] = length;
      assert.equal(new Rig(service('dr')).give(bad).decisions[0]!.reason, 'malformed', String(length));
    }
  });

  it('to a port nobody serves: ICMP 3/3 from the VIP', () => {
    const given = asked({ ports: [5000, 54] });
    const { sent, decisions } = new Rig(service('dr')).give(given);
    assertSent(
      sent,
      buildIcmpError({
        ethernet: { source: M_DIRECTOR, destination: M_ROUTER },
        ip: { source: VIP, destination: CIP, trafficClass: 0xc0 },
        icmp: { type: 3, code: 3 },
        quoted: given.subarray(14),
      }),
    );
    assert.equal(`${decisions[0]!.relation} ${decisions[0]!.rule}`, 'caused-error no-service');
  });

  it('an exchange ends 300 s after its last datagram, then it is scheduled anew', () => {
    const rig = new Rig(service('dr')).learn(RIP, M_SERVER);
    rig.give(asked());
    rig.pass(299_000);
    rig.give(asked());
    rig.pass(299_999);
    assert.deepEqual(rig.connections, ['rs1 5000 UDP']);
    rig.pass(65);
    assert.deepEqual(rig.connections, []);
    assert.equal(rig.give(asked()).decisions.at(-1)!.connection, 2);
  });

  it('counts as inactive for ever, as in IPVS', () => {
    const rig = new Rig(service('dr')).learn(RIP, M_SERVER);
    for (let i = 0; i < 5; i++) rig.give(asked());
    const { active, inactive } = rig.port.forwarder.counters().services[0]!;
    assert.deepEqual([active, inactive], [0, 1]);
  });

  it('a server that is removed: ICMP 3/3 once with onRemove reset, silence otherwise', () => {
    for (const onRemove of ['reset', 'silent'] as const) {
      const config = { ...service('dr'), onRemove };
      const rig = new Rig(config).learn(RIP, M_SERVER);
      rig.give(asked());
      rig.reconfigure({ ...config, services: [{ ...config.services[0]!, servers: [] }] });
      const { sent } = rig.give(asked());
      assert.deepEqual(
        sent.map(({ bytes }) => hex(bytes.slice(34, 36))),
        onRemove === 'reset' ? ['0303'] : [],
      );
    }
  });

  it('a server that is removed, another one there: with onRemove reset the next datagram goes to it', () => {
    for (const onRemove of ['reset', 'silent'] as const) {
      const config = { ...service('dr'), onRemove };
      const rig = new Rig(config).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
      rig.give(asked());
      const [dns] = config.services;
      const other = { ...dns!.servers[0]!, name: 'other', address: RIP2 };
      rig.reconfigure({ ...config, services: [{ ...dns!, servers: [other] }] });
      const [decision] = rig.give(asked()).decisions;
      const expected = onRemove === 'reset' ? 'forwarded schedule other' : 'dropped established';
      assert.ok(`${decision!.relation} ${decision!.rule} ${decision!.server}`.startsWith(expected));
    }
  });
});
