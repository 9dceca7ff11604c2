import assert from 'node:assert/strict';
import { type ForwarderConfig, IPVS_TIMEOUTS } from '../../src/forwarder/config.ts';
import { Connections } from '../../src/forwarder/connections/connections.ts';
import {
  nextTcpState,
  STATES,
  TCP_STATES,
  timeoutsByState,
} from '../../src/forwarder/connections/tcp-state.ts';
import { connectionView, type ConnectionView } from '../../src/forwarder/connections/view.ts';
import type { ServiceCounters } from '../../src/forwarder/counters.ts';
import { fillFrame, makeFrame } from '../../src/forwarder/frame.ts';
import { NeighbourTable } from '../../src/forwarder/neighbours/neighbour-table.ts';
import { Output } from '../../src/forwarder/output.ts';
import { Packet } from '../../src/forwarder/packet.ts';
import { MemoryPort } from '../../src/forwarder/ports/memory.ts';
import { RouteTable } from '../../src/forwarder/routes.ts';
import { BYTES_IN } from '../../src/forwarder/server.ts';
import { ServiceTable } from '../../src/forwarder/service-table.ts';
import { asIpv4 } from '../../src/packet/address.ts';
import { buildUdp } from '../../src/packet/build.ts';
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
  TIMEOUTS,
  UPSTREAM,
  VIP,
} from './rig.ts';

const TWO = { servers: [RS1, RS2] };

function dr(rest: Parameters<typeof directorConfig>[1] = {}): Rig {
  return new Rig(directorConfig(TWO, rest)).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
}

const fromServer = (flags: number): Uint8Array =>
  segment({ macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, DIP], ports: [80, 40000], ttl: 64, flags });

describe('TCP states', () => {
  // ip_vs_proto_tcp.c. `<` is a segment from the server, which only the director of dnat sees.
  const LIVES = [
    { model: 'dr', life: 'opens', segments: 'S', state: 'SYN_RECV' },
    { model: 'dr', life: 'is open', segments: 'S A', state: 'ESTABLISHED' },
    { model: 'dr', life: 'carries data', segments: 'S A PA PA', state: 'ESTABLISHED' },
    { model: 'dr', life: 'sees a retransmitted SYN', segments: 'S S', state: 'SYN_RECV' },
    { model: 'dr', life: 'sees a SYN of an established one', segments: 'S A S', state: 'ESTABLISHED' },
    { model: 'dr', life: 'is closed by the client', segments: 'S A FA', state: 'FIN_WAIT' },
    { model: 'dr', life: 'stays in FIN_WAIT', segments: 'S A FA A', state: 'FIN_WAIT' },
    { model: 'dr', life: 'is reset', segments: 'S A R', state: 'CLOSE' },
    { model: 'dr', life: 'is closed while half open', segments: 'S FA', state: 'TIME_WAIT' },
    { model: 'dr', life: 'has no flags at all', segments: 'S -', state: 'CLOSE' },
    { model: 'dnat', life: 'opens', segments: 'S <SA', state: 'SYN_RECV' },
    { model: 'dnat', life: 'is open', segments: 'S <SA A', state: 'ESTABLISHED' },
    { model: 'dnat', life: 'is closed by the client', segments: 'S <SA A FA', state: 'CLOSE_WAIT' },
    {
      model: 'dnat',
      life: 'is closed by both, the client first',
      segments: 'S <SA A FA <FA',
      state: 'TIME_WAIT',
    },
    { model: 'dnat', life: 'is closed by the server', segments: 'S <SA A <FA', state: 'FIN_WAIT' },
    {
      model: 'dnat',
      life: 'is closed by both, the server first',
      segments: 'S <SA A <FA FA',
      state: 'TIME_WAIT',
    },
    { model: 'dnat', life: 'is refused', segments: 'S <RA', state: 'CLOSE' },
    { model: 'dnat', life: 'is reset by the server', segments: 'S <SA A <R', state: 'CLOSE' },
  ] as const;
  const FLAGS: Record<string, number> = { S: SYN, A: ACK, F: FIN, R: RST, P: PSH, '-': 0 };
  for (const { model, life, segments, state } of LIVES) {
    it(`${model}: ${life} (${segments})`, () => {
      const rig = new Rig(directorConfig({ model, snat: model === 'dnat' }));
      rig.learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
      for (const text of segments.split(' ')) {
        const flags = [...text.replace('<', '')].reduce((all, letter) => all | FLAGS[letter]!, 0);
        rig.give(text.startsWith('<') ? fromServer(flags) : request(5, flags));
      }
      assert.deepEqual(rig.connections, [`rs1 5 ${state}`]);
    });
  }

  it('a RST comes before a SYN, a SYN before a FIN, a FIN before an ACK', () => {
    const state = (flags: number): string | undefined => TCP_STATES[nextTcpState(0, flags, 1)];
    assert.deepEqual([SYN | RST, SYN | FIN, FIN | ACK, ACK].map(state), [
      'CLOSE',
      'ESTABLISHED',
      'CLOSE_WAIT',
      'ESTABLISHED',
    ]);
  });
});

describe('timeouts', () => {
  it('are those of IPVS, by its names (`tcp_timeouts`, `udp_timeouts`), and conntrack’s for ICMP', () => {
    const seconds = [...timeoutsByState(IPVS_TIMEOUTS)].map((time, state) => [STATES[state], time / 1000]);
    assert.deepEqual(Object.fromEntries(seconds), {
      NONE: 2,
      ESTABLISHED: 15 * 60,
      SYN_SENT: 2 * 60,
      SYN_RECV: 60,
      FIN_WAIT: 2 * 60,
      TIME_WAIT: 2 * 60,
      CLOSE: 10,
      CLOSE_WAIT: 60,
      LAST_ACK: 30,
      LISTEN: 2 * 60,
      SYNACK: 2 * 60,
      UDP: 5 * 60,
      ICMP: 30,
    });
  });

  it('are at most twelve days, and at least nothing', () => {
    const rig = dr({ timeouts: { ...TIMEOUTS, established: 2 ** 40, close: -1 } });
    for (const flags of [SYN, ACK]) rig.give(request(5, flags));
    rig.pass(2 ** 30 - 1);
    assert.equal(rig.connections.length, 1);
    rig.pass(65);
    assert.equal(rig.connections.length, 0);
    for (const flags of [SYN, ACK, RST]) rig.give(request(5, flags));
    assert.equal(rig.give(request(5, ACK)).decisions[0]!.reason, 'no-connection');
  });

  const TIMES = [
    { segments: [SYN], milliseconds: 60_000 },
    { segments: [SYN, ACK], milliseconds: 900_000 },
    { segments: [SYN, ACK, FIN | ACK], milliseconds: 120_000 },
    { segments: [SYN, ACK, RST], milliseconds: 10_000 },
  ];
  for (const start of [0, 2 ** 31 - 50_000, 2 ** 32 - 1000, 2 ** 40]) {
    for (const { segments, milliseconds } of TIMES) {
      it(`flags ${segments.join(', ')}: ${milliseconds} ms after the last packet, from ${start} on`, () => {
        const rig = dr();
        rig.now = start;
        // Neighbours are fresh at this time.
        rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
        for (const flags of segments) rig.give(request(5, flags));
        rig.now += milliseconds - 1;
        rig.port.advance(rig.now);
        assert.equal(rig.connections.length, 1, 'a millisecond early');
        // A packet finds out at once, the table within a tick of its wheel.
        const late = dr();
        late.now = start;
        late.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
        for (const flags of segments) late.give(request(5, flags));
        late.now += milliseconds;
        assert.equal(late.give(request(5, ACK)).decisions.at(-1)!.reason, 'no-connection');
        rig.pass(65);
        assert.deepEqual(rig.connections, []);
        const [counters] = rig.port.forwarder.counters().services;
        assert.deepEqual([counters!.active, counters!.inactive, counters!.connections], [0, 0, 1]);
      });
    }
  }

  it('each packet puts the end off', () => {
    const rig = dr();
    rig.give(request(5));
    rig.give(request(5, ACK));
    for (let i = 0; i < 20; i++) {
      rig.now += 800_000;
      rig.give(request(5, ACK));
    }
    rig.pass(899_000);
    assert.deepEqual(rig.connections.length, 1);
    rig.pass(2_000);
    assert.deepEqual(rig.connections, []);
  });

  it('survives a clock that stands still for two months', () => {
    const rig = dr();
    rig.give(request(5));
    rig.give(request(5, ACK));
    rig.pass(2 ** 32 + 1000);
    assert.deepEqual(rig.connections, []);
    assert.equal(rig.port.nextTimer(), undefined);
  });

  it('new ones count from the next packet on, longer or shorter, to the tick of the wheel', () => {
    for (const [before, after] of [
      [5_000, 60_000],
      [60_000, 5_000],
      [900_000, 5_000],
    ] as const) {
      const config = (established: number): ForwarderConfig =>
        directorConfig(TWO, { timeouts: { ...TIMEOUTS, established } });
      const rig = new Rig(config(before)).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
      for (const port of [1, 2]) for (const flags of [SYN, ACK]) rig.give(request(port, flags));
      rig.pass(3_000);
      rig.reconfigure(config(after));
      rig.give(request(2, ACK));
      const ends = [before, 3_000 + after].toSorted((a, b) => a - b);
      for (const [left, end] of ends.entries()) {
        rig.pass(end - 1 - rig.now);
        assert.equal(rig.connections.length, 2 - left, 'a millisecond early');
        rig.pass(65);
        assert.equal(rig.connections.length, 1 - left);
      }
    }
  });

  it('nextTimer leads through every end', () => {
    const rig = dr();
    for (let port = 1; port <= 50; port++) {
      rig.now += port * 700;
      rig.give(request(port));
    }
    const last = rig.now;
    let steps = 0;
    for (let next = rig.port.nextTimer(); next !== undefined; next = rig.port.nextTimer()) {
      assert.ok(next > rig.now, 'time goes on');
      rig.now = next;
      rig.port.advance(next);
      assert.ok(++steps < 1000);
    }
    assert.ok(rig.now >= last + 60_000 && rig.now < last + 60_200, `${rig.now - last}`);
  });
});

describe('connections', () => {
  it('the table is bounded; what is full is counted, and room is made by ends', () => {
    const rig = dr({ maxConnections: 3 });
    for (const port of [1, 2, 3]) rig.give(request(port));
    const { sent, decisions } = rig.give(request(4));
    assert.deepEqual(sent, []);
    const { reason, connection } = decisions[0]!;
    assert.deepEqual({ reason, connection }, { reason: 'table-full', connection: undefined });
    assert.deepEqual(rig.drops(), { 'table-full': 1 });
    const counted = (): number[] => {
      const [{ connections, active, inactive }] = rig.port.forwarder.counters().services as [ServiceCounters];
      return [connections, active, inactive];
    };
    assert.deepEqual(counted(), [3, 3, 0]);
    rig.pass(61_000);
    assert.deepEqual(counted(), [3, 0, 0]);
    assert.equal(rig.give(request(4)).decisions[0]!.connection, 4);
  });

  it('says which of two reasons refused it', () => {
    const [web] = directorConfig({
      model: 'dnat',
      snat: true,
      ports: { first: 40000, last: 40000 },
    }).services;
    const other = { ...web!, name: 'other', port: 81, servers: [RS2] };
    const rig = new Rig(directorConfig({}, { services: [web!, other], maxConnections: 2 }));
    rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
    const reasons = [
      [1, 80],
      [2, 80],
      [1, 81],
      [3, 80],
    ].map((ports) => rig.give(request(0, SYN, { ports: ports as [number, number] })).decisions[0]!.reason);
    assert.deepEqual(reasons, [undefined, 'ports-exhausted', undefined, 'table-full']);
  });

  it('a packet ends the connection that is over, and no other', () => {
    const rig = dr();
    for (const port of [1, 2, 3]) rig.give(request(port));
    for (const port of [1, 2]) rig.give(request(port, ACK));
    // In the middle of a tick of the wheel.
    rig.now = 60_010;
    const left = [...rig.port.forwarder.connections(rig.now)].map(({ expiresIn }) => expiresIn);
    assert.deepEqual(left, [839_990, 839_990, 0]);
    assert.equal(rig.give(request(3, ACK)).decisions[0]!.reason, 'no-connection');
    assert.deepEqual(rig.connections, ['rs1 1 ESTABLISHED', 'rs2 2 ESTABLISHED']);
    for (const port of [1, 2])
      assert.equal(rig.give(request(port, ACK)).decisions[0]!.connection, port, 'the others go on');
  });

  it('one whose first packet finds no way to the server is there for the time of what has no state', () => {
    for (const [protocol, left] of [
      ['tcp', 2_000],
      ['udp', 300_000],
    ] as const) {
      const rig = new Rig(directorConfig({ protocol, servers: [{ ...RS1, address: CIP }] }, { routes: [] }));
      const ethernet = { source: M_ROUTER, destination: M_DIRECTOR };
      const ip = { source: CIP, destination: VIP };
      const udp = { sourcePort: 5, destinationPort: 80 };
      const given = protocol === 'tcp' ? request(5) : buildUdp({ ethernet, ip, udp });
      assert.equal(rig.give(given).decisions[0]!.reason, 'no-route');
      const [{ state, expiresIn, packets }] = [...rig.port.forwarder.connections(0)] as [ConnectionView];
      assert.deepEqual([state, expiresIn, packets], [protocol === 'tcp' ? 'NONE' : 'UDP', left, 0]);
    }
  });

  it('where replies go around the director none is found by a reply', () => {
    const rig = dr();
    rig.give(request(1));
    const nothing = asIpv4(0);
    const zeros = request(0, ACK, { addresses: [nothing, nothing], ports: [0, 0] });
    assert.equal(rig.give(zeros).decisions[0]!.reason, 'martian-source');
  });

  it('counts the bytes of one that are more than 2^32', () => {
    const services = new ServiceTable();
    const connections = new Connections(services, 0, 7);
    const config = directorConfig({ servers: [RS1] });
    services.apply(config, new RouteTable(new NeighbourTable(new Output())));
    connections.configure(config);
    const server = services.server(0);
    const packet = new Packet(makeFrame(64));
    packet.protocol = 6;
    const connection = connections.open(packet, server, false);
    let sum = 0;
    const count = (length: number): void => {
      connections.touch(connection, 0, server, ACK, length, 0);
      sum += length;
    };
    const { words } = connections.table;
    const counted = (): ConnectionView => connectionView(words, connection, services, 0);
    for (let i = 0; i < 0x1_0000; i++) count(0xffff);
    assert.equal(counted().bytes, sum);
    // To the byte, and one packet beyond it.
    for (const length of [0x1_0000 - 40, 40, 40, 1500]) {
      count(length);
      assert.equal(counted().bytes, sum);
    }
    assert.equal(sum, 2 ** 32 + 1540);
    for (let i = 0; i < 0x1_0003; i++) count(0xffff);
    assert.equal(counted().bytes, sum);
    assert.deepEqual([counted().packets, server.totals[BYTES_IN]], [0x2_0007, sum]);
  });

  it('a SYN on a living entry belongs to it', () => {
    const rig = dr();
    rig.give(request(5));
    assert.equal(rig.give(request(5)).decisions[0]!.rule, 'established');
  });

  it('counts per service and server, active and inactive as IPVS does', () => {
    const rig = dr();
    for (const port of [1, 2, 3]) rig.give(request(port));
    rig.give(request(1, ACK));
    rig.give(request(1, PSH | ACK, { payload: 'hello' }));
    rig.give(request(3, FIN | ACK));
    const [web] = rig.port.forwarder.counters().services;
    const in3 = { packetsOut: 0, bytesOut: 0 };
    assert.deepEqual(web, {
      name: 'web',
      connections: 3,
      active: 2,
      inactive: 1,
      packetsIn: 6,
      bytesIn: 6 * 40 + 5,
      ...in3,
      servers: [
        {
          name: 'rs1',
          weight: 1,
          connections: 2,
          active: 1,
          inactive: 1,
          packetsIn: 5,
          bytesIn: 205,
          ...in3,
        },
        { name: 'rs2', weight: 1, connections: 1, active: 1, inactive: 0, packetsIn: 1, bytesIn: 40, ...in3 },
      ],
    });
  });

  it('counts what comes back where it comes through the director', () => {
    const rig = new Rig(directorConfig({ model: 'dnat', snat: true })).learn(RIP, M_SERVER);
    rig.learn(ROUTER, M_ROUTER);
    rig.give(request(5));
    const reply = { macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, DIP], ports: [80, 40_000] } as const;
    for (const payload of ['', 'hello'])
      rig.give(segment({ ...reply, ttl: 64, flags: payload ? PSH | ACK : SYN | ACK, payload }));
    const [web] = rig.port.forwarder.counters().services;
    const { packetsIn, bytesIn, packetsOut, bytesOut, active, inactive } = web!.servers[0]!;
    assert.deepEqual([packetsIn, bytesIn, packetsOut, bytesOut], [1, 40, 2, 85]);
    assert.deepEqual([active, inactive], [1, 0]);
  });

  it('spreads a burst of SYNs by lc: a connection is active before its handshake is over', () => {
    const rig = new Rig(directorConfig({ ...TWO, scheduler: 'lc' }))
      .learn(RIP, M_SERVER)
      .learn(RIP2, M_SERVER2);
    for (const port of [1, 2, 3, 4]) rig.give(request(port));
    assert.deepEqual(
      rig.port.forwarder.counters().services[0]!.servers.map(({ connections }) => connections),
      [2, 2],
    );
  });

  it('shows connections to people', () => {
    const rig = new Rig(directorConfig({ model: 'dnat', snat: true })).learn(RIP, M_SERVER);
    rig.give(request(5));
    rig.now = 1000;
    assert.deepEqual(
      [...rig.port.forwarder.connections(rig.now)],
      [
        {
          serial: 1,
          model: 'dnat',
          service: 'web',
          server: 'rs1',
          protocol: 6,
          state: 'SYN_RECV',
          client: CIP,
          clientPort: 5,
          destination: 0x0a000264,
          destinationPort: 80,
          seen: { address: DIP, port: 40000 },
          expiresIn: 59_000,
          packets: 1,
          bytes: 40,
        },
      ],
    );
  });

  it('shows what dr leaves as it is, and what nat has no names for', () => {
    const view = (rig: Rig): Partial<ConnectionView> => {
      const [{ model, service, server, seen }] = [...rig.port.forwarder.connections(0)] as [ConnectionView];
      return { model, service, server, seen };
    };
    const director = dr();
    director.give(request(5));
    assert.deepEqual(view(director), { model: 'dr', service: 'web', server: 'rs1', seen: undefined });
    const router = new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    router.give(segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [5, 80], ttl: 64 }));
    const seen = { address: EXT, port: 40000 };
    assert.deepEqual(view(router), { model: 'nat', service: undefined, server: undefined, seen });
    // Its sums do have one.
    const totals = { connections: 1, active: 1, inactive: 0, packetsIn: 1, bytesIn: 40 };
    const sums = { ...totals, packetsOut: 0, bytesOut: 0 };
    assert.deepEqual(router.port.forwarder.counters().services, [
      { name: 'nat', ...sums, servers: [{ name: 'outside', weight: 1, ...sums }] },
    ]);
  });

  it('says what a scheduler weighed only where somebody watches', () => {
    const { forwarder } = new MemoryPort(directorConfig(TWO), { transmit: () => undefined });
    const told = [false, true].map((watched, i) => {
      if (watched) forwarder.watched = true;
      const frame = makeFrame(100);
      fillFrame(frame, 0, request(i + 1));
      return forwarder.receive(frame, 0).detail;
    });
    assert.deepEqual(told, [undefined, 'rr: #2']);
  });
});
