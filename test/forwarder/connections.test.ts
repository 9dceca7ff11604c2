import assert from 'node:assert/strict';
import { nextTcpState, TCP_STATES } from '../../src/forwarder/connections/tcp-state.ts';
import {
  ACK,
  CIP,
  DIP,
  directorConfig,
  FIN,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
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
  SYN,
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
    assert.equal(decisions[0]!.reason, 'table-full');
    assert.deepEqual(rig.drops(), { 'table-full': 1 });
    rig.pass(61_000);
    assert.equal(rig.give(request(4)).decisions[0]!.connection, 4);
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
});
