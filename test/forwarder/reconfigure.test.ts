import assert from 'node:assert/strict';
import type { ForwarderConfig, ServiceConfig } from '../../src/forwarder/config.ts';
import { NeighbourTable } from '../../src/forwarder/neighbours/neighbour-table.ts';
import { Output } from '../../src/forwarder/output.ts';
import { RouteTable } from '../../src/forwarder/routes.ts';
import { ServiceTable } from '../../src/forwarder/service-table.ts';
import { addressAfter } from '../../src/packet/address.ts';
import { buildTcp } from '../../src/packet/build.ts';
import {
  ACK,
  assertSent,
  CIP,
  directorConfig,
  DIP,
  hex,
  HOST,
  M_DIRECTOR,
  M_HOST,
  M_INSIDE,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
  M_UPSTREAM,
  natConfig,
  PSH,
  request,
  Rig,
  RIP,
  RIP2,
  ROUTER,
  RS1,
  RS2,
  RST,
  segment,
  SIP,
  SYN,
  UPSTREAM,
  VIP,
} from './rig.ts';

const BOTH = { servers: [RS1, RS2] };
const ONLY_RS2 = { servers: [RS2] };

function open(service: Parameters<typeof directorConfig>[0] = {}): Rig {
  const rig = new Rig(directorConfig({ ...BOTH, ...service }));
  rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2).learn(ROUTER, M_ROUTER);
  for (const port of [1, 2]) {
    rig.give(request(port));
    rig.give(request(port, ACK));
  }
  assert.deepEqual(rig.connections, ['rs1 1 ESTABLISHED', 'rs2 2 ESTABLISHED']);
  return rig;
}

const serverOf = (rig: Rig, frame: Uint8Array): string => {
  const [decision] = rig.give(frame).decisions;
  return `${decision!.relation} ${decision!.rule} ${decision!.server} ${decision!.reason ?? ''}`.trim();
};

describe('reconfigure', () => {
  it('keeps connections when a weight, the scheduler or the order of servers changes', () => {
    const rig = open();
    const changes = [
      { servers: [{ ...RS1, weight: 5 }, RS2] },
      { servers: [{ ...RS1, weight: 5 }, RS2], scheduler: 'wlc' as const },
      { servers: [RS2, RS1], scheduler: 'sh' as const },
      { servers: [{ ...RS2, name: 'renamed' }, RS1], name: 'shop' },
    ];
    for (const change of changes) {
      const { sent, decisions } = rig.reconfigure(directorConfig(change));
      assert.deepEqual([sent, decisions], [[], []], 'nobody notices');
      assert.equal(serverOf(rig, request(1, ACK)), 'forwarded established rs1');
    }
    assert.equal(serverOf(rig, request(2, ACK)), 'forwarded established renamed');
    assert.equal(rig.decisions.at(-1)!.service, 'shop');
  });

  it('weight 0 drains: old connections stay, new ones go elsewhere', () => {
    for (const scheduler of ['rr', 'wrr', 'lc', 'wlc', 'sed', 'nq'] as const) {
      const rig = open();
      rig.reconfigure(directorConfig({ servers: [{ ...RS1, weight: 0 }, RS2], scheduler }));
      assert.equal(serverOf(rig, request(1, ACK)), 'forwarded established rs1');
      for (let port = 10; port < 20; port++) {
        assert.equal(
          serverOf(rig, request(port, SYN, { addresses: [addressAfter(CIP, port), VIP] })),
          'forwarded schedule rs2',
        );
      }
    }
  });

  it('weight 0 under a hash: a client that belongs there is refused by an ICMP 3/3 from the VIP, others stay', () => {
    for (const scheduler of ['sh', 'mh'] as const) {
      const rig = new Rig(directorConfig({ ...BOTH, scheduler }));
      rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
      const ask = (client: number): string =>
        serverOf(rig, request(client, SYN, { addresses: [addressAfter(CIP, client), VIP] }));
      const before = Array.from({ length: 20 }, (_, client) => ask(client));
      rig.reconfigure(directorConfig({ servers: [{ ...RS1, weight: 0 }, RS2], scheduler }));
      const after = Array.from({ length: 20 }, (_, i) =>
        serverOf(rig, request(1000 + i, SYN, { addresses: [addressAfter(CIP, i), VIP] })),
      );
      const refused = 'caused-error schedule rs1 server-drained';
      assert.deepEqual(
        after,
        before.map((one) => (one.endsWith('rs1') ? refused : one)),
      );
      assert.ok(after.includes(refused));
      assert.deepEqual(Object.keys(rig.drops()), ['server-drained']);
      const all = BOTH.servers.map((server) => ({ ...server, weight: 0 }));
      rig.reconfigure(directorConfig({ servers: all, scheduler }));
      assert.match(serverOf(rig, request(2000)), /no-server$/, 'nobody is left');
      const error = rig.sent.findLast(({ bytes }) => bytes[23] === 1)!;
      assert.deepEqual([...error.bytes.slice(26, 30), ...error.bytes.slice(34, 36)], [10, 0, 2, 100, 3, 3]);
    }
  });

  it('rr goes on with its turn', () => {
    const rig = open();
    assert.equal(serverOf(rig, request(3)), 'forwarded schedule rs1');
    rig.reconfigure(directorConfig({ servers: [{ ...RS1, weight: 2 }, RS2] }));
    assert.equal(serverOf(rig, request(4)), 'forwarded schedule rs2');
    rig.reconfigure(directorConfig({ ...BOTH, scheduler: 'wrr' }));
    rig.reconfigure(directorConfig(BOTH));
    assert.equal(serverOf(rig, request(5)), 'forwarded schedule rs1', 'another scheduler knows of no turns');
  });

  it('a server keeps its counters and its place, whatever else changes', () => {
    for (const model of ['dnat', 'dr', 'tun'] as const) {
      const rig = open({ model });
      for (const more of [{ scheduler: 'lc' as const }, { servers: [RS2, { ...RS1, weight: 9 }] }, BOTH])
        rig.reconfigure(directorConfig({ ...BOTH, model, ...more }));
      const [web] = rig.port.forwarder.counters().services;
      assert.deepEqual(
        web!.servers.map(({ name, connections, packetsIn }) => ({ name, connections, packetsIn })),
        [
          { name: 'rs1', connections: 1, packetsIn: 2 },
          { name: 'rs2', connections: 1, packetsIn: 2 },
        ],
      );
    }
  });

  it('servers that come and go take the places of those that are gone', () => {
    const services = new ServiceTable();
    const routes = new RouteTable(new NeighbourTable(new Output()));
    for (let round = 0; round < 9; round++) {
      const servers = [0, 1].map((i) => ({ ...RS1, address: addressAfter(RIP, 2 * round + i) }));
      services.apply(directorConfig({ servers }), routes);
      const slots = services.servers().map(({ slot }) => slot);
      assert.ok(Math.max(...slots) < 4, slots.join());
      assert.ok(round === 0 || round % 2 === 1 || slots.includes(0), slots.join());
    }
  });

  it('a drained server keeps the buckets of its last weight, one that is added drained gets none', () => {
    const clients = Array.from({ length: 200 }, (_, i) => addressAfter(CIP, i));
    const refused = (...changes: Parameters<typeof directorConfig>[0][]): number => {
      const rig = new Rig(directorConfig({ ...changes[0], scheduler: 'mh' }));
      rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
      for (const change of changes.slice(1)) rig.reconfigure(directorConfig({ ...change, scheduler: 'mh' }));
      return clients.filter((client, i) => {
        const [decision] = rig.give(request(i + 10, SYN, { addresses: [client, VIP] })).decisions;
        return decision!.reason === 'server-drained';
      }).length;
    };
    const drained = { servers: [{ ...RS1, weight: 0 }, RS2] };
    const heavy = { servers: [{ ...RS1, weight: 9 }, RS2] };
    const [even, most] = [refused(BOTH, drained), refused(BOTH, heavy, drained)];
    assert.ok(even > 70 && even < 130, String(even));
    assert.ok(most > 160 && most < 200, String(most));
    assert.equal(refused(heavy, BOTH, drained), even, 'the last before 0');
    assert.equal(refused(drained), 0);
    assert.equal(refused(BOTH, ONLY_RS2, drained), 0, 'taken out and put back drained');
  });

  it('onRemove reset: the next packet is answered with RST, and the entry is gone', () => {
    const rig = open();
    rig.reconfigure(directorConfig(ONLY_RS2, { onRemove: 'reset' }));
    const { sent, decisions } = rig.give(request(1, PSH | ACK, { payload: 'hello' }));
    const ip = { source: VIP, destination: CIP, ttl: 64, id: 0, dontFragment: true };
    const tcp = {
      sourcePort: 80,
      destinationPort: 1,
      sequence: 2000,
      acknowledgement: 0,
      flags: RST,
      window: 0,
    };
    assertSent(sent, buildTcp({ ethernet: { source: M_DIRECTOR, destination: M_ROUTER }, ip, tcp }));
    const { relation, rule, server, connection } = decisions[0]!;
    assert.deepEqual(
      { relation, rule, server, connection },
      { relation: 'answered', rule: 'established', server: 'rs1', connection: 1 },
    );
    assert.deepEqual(rig.connections, ['rs2 2 ESTABLISHED']);
    assert.equal(rig.give(request(1, ACK)).decisions[0]!.reason, 'no-connection');
    // The service's sums still know what went there.
    assert.equal(rig.port.forwarder.counters().services[0]!.connections, 2);
  });

  it('onRemove silent: packets are dropped, a SYN too; the entry stays and its time runs on', () => {
    const rig = open();
    rig.reconfigure(directorConfig(ONLY_RS2, { onRemove: 'silent' }));
    for (let i = 0; i < 9; i++) {
      assert.equal(
        serverOf(rig, request(1, i % 2 === 0 ? ACK : SYN)),
        'dropped established rs1 server-removed',
      );
      rig.pass(99_000);
    }
    assert.equal(rig.connections.length, 2);
    rig.pass(10_000);
    assert.deepEqual(rig.connections, [], 'nothing renewed them');
    assert.equal(rig.give(request(1, SYN)).decisions[0]!.server, 'rs2');
  });

  it('onRemove is asked packet by packet', () => {
    const rig = open();
    rig.reconfigure(directorConfig(ONLY_RS2, { onRemove: 'silent' }));
    rig.reconfigure(directorConfig(ONLY_RS2, { onRemove: 'reset' }));
    assert.equal(serverOf(rig, request(1, ACK)), 'answered established rs1');
  });

  it('onRemove reset: a SYN goes to another server, a reset is not answered', () => {
    const rig = open();
    rig.reconfigure(directorConfig(ONLY_RS2, { onRemove: 'reset' }));
    assert.equal(serverOf(rig, request(1, SYN)), 'forwarded schedule rs2');
    const other = open();
    other.reconfigure(directorConfig(ONLY_RS2, { onRemove: 'reset' }));
    assert.equal(serverOf(other, request(1, RST)), 'dropped established rs1 server-removed');
    assert.deepEqual(other.connections, ['rs2 2 ESTABLISHED']);
  });

  it('onRemove reset, nobody left: the SYN is refused as one of no server', () => {
    const rig = open();
    rig.reconfigure(directorConfig({ servers: [] }, { onRemove: 'reset' }));
    const { relation, reason, service, server, connection } = rig.give(request(1, SYN)).decisions[0]!;
    assert.deepEqual([relation, reason, service], ['caused-error', 'no-server', 'web']);
    assert.deepEqual([server, connection], [undefined, undefined]);
  });

  it('a closed connection of a removed server: its port is used again, whatever onRemove says', () => {
    const rig = open();
    rig.give(request(1, RST));
    rig.reconfigure(directorConfig(ONLY_RS2, { onRemove: 'silent' }));
    assert.equal(serverOf(rig, request(1, SYN)), 'forwarded schedule rs2');
  });

  it('a server that comes back has its connections again', () => {
    const rig = open();
    rig.reconfigure(directorConfig(ONLY_RS2, { onRemove: 'silent' }));
    rig.reconfigure(directorConfig(BOTH));
    assert.equal(serverOf(rig, request(1, ACK)), 'forwarded established rs1');
  });

  it('a service that comes back has its connections and their servers again, and begins its turns anew', () => {
    const rig = open();
    const other = { port: 81, name: 'other' };
    assert.equal(serverOf(rig, request(7)), 'forwarded schedule rs1');
    rig.reconfigure(directorConfig({ ...BOTH, ...other }));
    rig.reconfigure(directorConfig(BOTH));
    assert.equal(serverOf(rig, request(1, ACK)), 'forwarded established rs1');
    const [web] = rig.port.forwarder.counters().services;
    assert.deepEqual([web!.connections, web!.active], [3, 3]);
    assert.equal(serverOf(rig, request(3)), 'forwarded schedule rs1');
  });

  it('a NAT router that is one again has its flows again', () => {
    const rig = new Rig(natConfig()).learn(UPSTREAM, M_UPSTREAM, 1).learn(HOST, M_HOST);
    const out = segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [5, 80], ttl: 64 });
    assert.equal(rig.give(out).decisions[0]!.relation, 'forwarded');
    const { nat, ...without } = natConfig();
    assert.ok(nat);
    rig.reconfigure(without);
    const other = segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [6, 80], ttl: 64 });
    assert.notEqual(rig.give(other).decisions[0]!.relation, 'forwarded');
    assert.deepEqual(rig.port.forwarder.counters().services, []);
    rig.reconfigure(natConfig());
    const [decision] = rig.give(out).decisions;
    assert.equal(`${decision!.relation} ${decision!.connection}`, 'forwarded 1');
  });

  it('a scheduler keeps its place when anything but its own servers changes', () => {
    for (const scheduler of ['rr', 'wrr', 'sh', 'dh', 'mh', 'wlc'] as const) {
      const [web] = directorConfig({ ...BOTH, scheduler }).services;
      const config = (other: Partial<ServiceConfig>, own: Partial<ServiceConfig> = {}): ForwarderConfig =>
        directorConfig(
          {},
          {
            services: [
              { ...web!, ...own },
              { ...web!, port: 443, name: 'tls', ...other },
            ],
          },
        );
      const served = (disturb: (rig: Rig, round: number) => void): string[] => {
        const rig = new Rig(config({})).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
        return Array.from({ length: 9 }, (_, i) => {
          disturb(rig, i);
          return serverOf(rig, request(10 + i, SYN, { addresses: [addressAfter(CIP, i), VIP] }));
        });
      };
      const calm = served(() => undefined);
      const others: Partial<ServiceConfig>[] = [
        { servers: [RS2] },
        { servers: [{ ...RS1, weight: 7 }, RS2] },
        { scheduler: 'wlc' },
        {},
      ];
      const disturbed = served((rig, round) => rig.reconfigure(config(others[round % others.length]!)));
      assert.deepEqual(disturbed, calm, scheduler);
      const own = { servers: [RS1, { ...RS2, name: 'renamed' }] };
      const renamed = served((rig) => rig.reconfigure(config({}, own)));
      assert.deepEqual(
        renamed.map((text) => text.replace('renamed', 'rs2')),
        calm,
        scheduler,
      );
    }
  });

  it('a service that is gone: its connections meet onRemove, new ones are reset', () => {
    const rig = open();
    const [next] = directorConfig({ port: 81 }).services;
    const services = [next!, { ...next!, port: 82 }];
    rig.reconfigure(directorConfig({}, { services, onRemove: 'silent' }));
    assert.equal(serverOf(rig, request(1, ACK)), 'dropped established rs1 server-removed');
    assert.equal(rig.decisions.at(-1)!.service, undefined, 'it has no name any more, and no other’s');
    assert.equal(serverOf(rig, request(9)), 'answered no-service undefined');
  });

  it('another model: old connections go on as they began, new ones go the new way', () => {
    const rig = open({ model: 'dr', snat: true });
    rig.reconfigure(directorConfig({ ...BOTH, model: 'tun' }));
    assertSent(rig.give(request(1, ACK)).sent, request(1, ACK, { macs: [M_DIRECTOR, M_SERVER], ttl: 62 }));
    const [frame] = rig.give(request(9)).sent;
    assert.equal(hex(frame!.bytes.slice(23, 24)), '04');
  });

  it('dnat: replies of a removed server do not get through', () => {
    const rig = open({ model: 'dnat', snat: true });
    rig.reconfigure(directorConfig({ ...ONLY_RS2, model: 'dnat', snat: true }));
    const reply = segment({
      macs: [M_SERVER, M_DIRECTOR],
      addresses: [RIP, DIP],
      ports: [80, 40000],
      ttl: 64,
      flags: ACK,
    });
    assert.equal(serverOf(rig, reply), 'dropped reply rs1 server-removed');
  });

  it('dnat without snat, onRemove silent: replies of a removed server still find their way', () => {
    const rig = open({ model: 'dnat', snat: false });
    const gone = directorConfig({ ...ONLY_RS2, model: 'dnat', snat: false }, { onRemove: 'silent' });
    rig.reconfigure(gone);
    const reply = { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, CIP], ports: [80, 1], ttl: 64 } as const;
    assert.equal(serverOf(rig, segment({ ...reply, flags: ACK })), 'forwarded reply rs1');
    assert.equal(serverOf(rig, request(1, ACK)), 'dropped established rs1 server-removed');
  });

  it('dnat: a port in use stays in use when the pool moves', () => {
    const rig = open({ model: 'dnat', snat: true });
    const config = directorConfig({
      ...BOTH,
      model: 'dnat',
      snat: true,
      ports: { first: 40000, last: 40001 },
    });
    rig.reconfigure(config);
    rig.give(request(3));
    rig.give(request(4));
    const ports = [...rig.port.forwarder.connections(0)].map(({ server, seen }) => `${server} ${seen!.port}`);
    assert.deepEqual(ports.sort(), ['rs1 40000', 'rs1 40001', 'rs2 40000', 'rs2 40001']);
  });

  it('new interfaces: neighbours are asked again, what was held is dropped', () => {
    const rig = open();
    rig.port.forwarder.forgetNeighbour(RIP);
    rig.give(request(1, ACK));
    const config = directorConfig(BOTH);
    const narrow = { ...config, interfaces: [{ ...config.interfaces[0]!, mtu: 1400 }] };
    const { decisions } = rig.reconfigure(narrow);
    assert.equal(`${decisions[0]!.relation} ${decisions[0]!.reason}`, 'dropped neighbour-unreachable');
    assert.equal(hex(rig.give(request(1, ACK)).sent[0]!.bytes).slice(24, 28), '0806');
    // The same again: who answered since is known.
    rig.answer(RIP, M_SERVER);
    rig.reconfigure(narrow);
    assert.equal(hex(rig.give(request(1, ACK)).sent[0]!.bytes).slice(24, 28), '0800');
  });

  it('a smaller table keeps what is in it', () => {
    const rig = open();
    rig.reconfigure(directorConfig(BOTH, { maxConnections: 1 }));
    assert.equal(serverOf(rig, request(1, ACK)), 'forwarded established rs1');
    assert.equal(serverOf(rig, request(9)), 'dropped schedule rs1 table-full');
  });
});
