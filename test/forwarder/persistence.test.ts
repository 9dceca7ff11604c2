import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ForwarderConfig, PersistenceConfig, ServerConfig } from '../../src/forwarder/config.ts';
import { formatIpv4 } from '../../src/packet/address.ts';
import {
  ACK,
  directorConfig,
  ip,
  M_SERVER,
  M_SERVER2,
  request,
  Rig,
  RIP,
  RIP2,
  RS1,
  RS2,
  SYN,
  VIP,
} from './rig.ts';

const HOUR = 3_600_000;

const config = (persistence?: PersistenceConfig): ForwarderConfig =>
  directorConfig({ servers: [RS1, RS2], ...(persistence && { persistence }) }, { timeouts: SHORT });

const SHORT = {
  established: 1000,
  synReceived: 1000,
  finWait: 1000,
  timeWait: 1000,
  close: 1000,
  closeWait: 1000,
  lastAck: 1000,
  udp: 1000,
  icmp: 1000,
};

function start(persistence?: PersistenceConfig): Rig {
  return new Rig(config(persistence)).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
}

const connect = (rig: Rig, client: string, port: number): string | undefined => {
  const { decisions } = rig.give(request(port, SYN, { addresses: [ip(client), VIP] }));
  return decisions.find(({ rule }) => rule === 'schedule')?.server;
};

/** One client's template and entries as IPVS keeps them, told in the order of time. */
class Timers {
  private template: { end: number; timeout: number } | undefined;
  private entries: number[] = [];

  /** Whether there is a template; a new connection hangs on it, or on a new one. */
  connect(now: number, life: number): boolean {
    while (this.template !== undefined && this.template.end <= now) {
      const { end } = this.template;
      this.template = this.entries.some((entry) => entry > end)
        ? { end: end + 60_000, timeout: 60_000 }
        : undefined;
    }
    const found = this.template !== undefined;
    if (!found) this.entries = [];
    const timeout = this.template?.timeout ?? 10_000;
    this.template = { end: now + timeout, timeout };
    this.entries.push(now + life);
    return found;
  }
}

describe('persistence', () => {
  it('a client’s connections go where its first one went; others are scheduled', () => {
    const rig = start({ timeout: HOUR, prefixLength: 32 });
    const one = [1, 2, 3].map((port) => connect(rig, '10.0.1.10', port));
    const two = [1, 2, 3].map((port) => connect(rig, '10.0.1.11', port));
    assert.deepEqual([...one, ...two], ['rs1', 'rs1', 'rs1', 'rs2', 'rs2', 'rs2']);
    assert.equal(rig.decisions.at(-1)!.detail, 'persistent: rs2');
  });

  it('without it every connection is scheduled', () => {
    const rig = start();
    assert.deepEqual(
      [1, 2, 3].map((port) => connect(rig, '10.0.1.10', port)),
      ['rs1', 'rs2', 'rs1'],
    );
  });

  it('a netmask makes one client of a network', () => {
    const rig = start({ timeout: HOUR, prefixLength: 24 });
    assert.deepEqual(
      ['10.0.1.10', '10.0.1.200', '10.0.9.1', '10.0.1.3'].map((client) => connect(rig, client, 1)),
      ['rs1', 'rs1', 'rs2', 'rs1'],
    );
  });

  it('the end of a connection does not end it; the time is counted from the last new one', () => {
    for (const now of [0, 2 ** 31 + 5, 2 ** 32 - 3000]) {
      const rig = new Rig(config({ timeout: 10_000, prefixLength: 32 }));
      rig.now = now;
      rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
      connect(rig, '10.0.1.10', 1);
      rig.pass(9000);
      assert.deepEqual(rig.connections, [], 'its connection is over');
      assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
      rig.pass(9999);
      assert.equal(connect(rig, '10.0.1.10', 3), 'rs1');
      rig.pass(10_000);
      assert.equal(connect(rig, '10.0.1.10', 4), 'rs2');
    }
  });

  it('lasts twelve days at most, whatever it is asked for', () => {
    for (const timeout of [2 ** 30, 2 ** 31, 2 ** 40]) {
      const rig = start({ timeout, prefixLength: 32 });
      connect(rig, '10.0.1.10', 1);
      rig.pass(2 ** 30 - 1);
      assert.equal(connect(rig, '10.0.1.10', 2), 'rs1', `${timeout}`);
      rig.pass(2 ** 30);
      assert.equal(connect(rig, '10.0.1.10', 3), 'rs2', `${timeout}`);
    }
  });

  it('its last connection counts, whichever ends are told first', () => {
    // SYNs at 0 and 20 ms; the memory is over at 10,020 ms, the connections of 1 and 2 so long after their last packet.
    for (const [first, last, server] of [
      [5, 40, 'rs1'],
      [20, 21, 'rs1'],
      [5, 20, 'rs2'],
    ] as const)
      for (const ports of [
        [1, 2],
        [2, 1],
      ] as const) {
        const persistence = { timeout: 10_000, prefixLength: 32 };
        const timeouts = { ...SHORT, established: 10_000 };
        const rig = new Rig(directorConfig({ servers: [RS1, RS2], persistence }, { timeouts }));
        rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
        const more = (port: number): Uint8Array => request(port, ACK, { addresses: [ip('10.0.1.10'), VIP] });
        for (const port of [1, 2]) connect(rig, '10.0.1.10', port);
        for (const [now, act] of [
          [20, () => connect(rig, '10.0.1.10', 3)],
          [first, () => rig.give(more(ports[0]))],
          [last, () => rig.give(more(ports[1]))],
        ].toSorted(([a], [b]) => Number(a) - Number(b)) as [number, () => void][]) {
          rig.now = now;
          act();
        }
        rig.pass(10_048 - rig.now);
        assert.deepEqual(rig.connections, []);
        assert.equal(connect(rig, '10.0.1.10', 4), server, `${first} ${last} ${ports.join()}`);
      }
  });

  it('what is over of one client makes room for another, and is counted no more', () => {
    const persistence = { timeout: 10_000, prefixLength: 32 };
    const rig = new Rig(
      directorConfig({ servers: [RS1, RS2], persistence }, { timeouts: SHORT, maxConnections: 2 }),
    );
    rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
    for (const client of ['10.0.1.10', '10.0.1.11', '10.0.1.12']) {
      connect(rig, client, 1);
      assert.equal(rig.decisions.at(-1)!.relation, 'forwarded');
      assert.equal(rig.port.forwarder.counters().connections, 1);
      rig.pass(20_000);
      assert.equal(rig.port.forwarder.counters().connections, 0);
    }
  });

  // ip_vs_conn.c, `ip_vs_conn_expire`: what still controls entries is put off by a minute, for good.
  describe('its timer, while a connection still hangs on it', () => {
    /** One connection that lives for `life`, under a memory of 10 s. */
    const held = (life: number, step: number, start = 0): Rig => {
      const config = directorConfig(
        { servers: [RS1, RS2], persistence: { timeout: 10_000, prefixLength: 32 } },
        { timeouts: { ...SHORT, established: life } },
      );
      const rig = new Rig(config);
      rig.now = start;
      rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
      connect(rig, '10.0.1.10', 1);
      rig.give(request(1, ACK, { addresses: [ip('10.0.1.10'), VIP] }));
      rig.step = step;
      return rig;
    };
    // In one jump, and as a lab does it, timer by timer: it comes to the same.
    for (const step of [Infinity, 50]) {
      it(`is put off by a minute (steps of ${step} ms)`, () => {
        for (const start of [0, 1]) {
          const rig = held(15_000, step, start);
          rig.pass(69_999);
          assert.deepEqual(rig.connections, []);
          assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
          // From now on a new connection puts it off by a minute, not by the time that is configured.
          rig.pass(59_900);
          assert.equal(connect(rig, '10.0.1.10', 3), 'rs1');
          rig.pass(60_001);
          assert.equal(connect(rig, '10.0.1.10', 4), 'rs2');
          const late = held(15_000, step, start);
          late.pass(70_000);
          assert.equal(connect(late, '10.0.1.10', 2), 'rs2');
        }
      });

      it(`again and again, until none hangs on it (steps of ${step} ms)`, () => {
        // Ends at 10 s, 70 s, 130 s are held; at 190 s it is over.
        const rig = held(150_000, step);
        rig.pass(189_999);
        assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
        const late = held(150_000, step);
        late.pass(190_001);
        assert.equal(connect(late, '10.0.1.10', 2), 'rs2');
      });

      it(`not when the connection ended right before, or with it (steps of ${step} ms)`, () => {
        for (const [life, server] of [
          [9_990, 'rs2'],
          [10_000, 'rs2'],
          [10_001, 'rs1'],
        ] as const)
          for (const start of [0, 1]) {
            const rig = held(life, step, start);
            rig.pass(10_001);
            assert.equal(connect(rig, '10.0.1.10', 2), server, `${life}`);
          }
      });
    }
  });

  it('a connection that a packet finds over right after the memory’s own end has held it', () => {
    const persistence = { timeout: 10_000, prefixLength: 32 };
    const timeouts = { ...SHORT, established: 10_020 };
    const rig = new Rig(directorConfig({ servers: [RS1, RS2], persistence }, { timeouts }));
    rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
    connect(rig, '10.0.1.10', 1);
    const more = request(1, ACK, { addresses: [ip('10.0.1.10'), VIP] });
    rig.give(more);
    // Both ends are in one tick of the wheel, which has begun and is not over yet.
    rig.pass(9_990);
    rig.now = 10_030;
    assert.equal(rig.give(more).decisions[0]!.reason, 'no-connection');
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
  });

  it('is remembered exactly as long as IPVS does (against a list of timers)', () => {
    const act = fc.record({ client: fc.nat(1), wait: fc.constantFrom(0, 1, 40, 700, 9_999, 20_000, 59_990) });
    const lives = fc.constantFrom(500, 9_990, 10_000, 10_030, 65_000);
    fc.assert(
      fc.property(
        lives,
        fc.constantFrom(50, Infinity),
        fc.array(act, { maxLength: 12 }),
        (life, step, acts) => {
          const persistence = { timeout: 10_000, prefixLength: 32 };
          const timeouts = { ...SHORT, synReceived: life };
          const rig = new Rig(directorConfig({ servers: [RS1, RS2], persistence }, { timeouts }));
          rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
          rig.step = step;
          const clients = [new Timers(), new Timers()];
          for (const [port, { client, wait }] of acts.entries()) {
            rig.pass(wait);
            const expected = clients[client]!.connect(rig.now, life);
            connect(rig, `10.0.1.1${client}`, port + 1);
            const decision = rig.decisions.findLast(({ rule }) => rule === 'schedule');
            assert.equal(decision!.detail!.startsWith('persistent'), expected, JSON.stringify(acts));
          }
        },
      ),
    );
  });

  it('counts its own connections only: what was opened before it does not keep it', () => {
    const rig = start();
    connect(rig, '10.0.1.10', 1);
    rig.reconfigure(config({ timeout: 500, prefixLength: 32 }));
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs2');
    rig.reconfigure(config({ timeout: 500, prefixLength: 32 }));
    rig.pass(400);
    assert.equal(connect(rig, '10.0.1.10', 3), 'rs2', 'the first one, to rs1, is no part of it');
    rig.pass(3000);
    assert.deepEqual(rig.connections, []);
  });

  it('an entry of a client takes a place in the table, and is given back', () => {
    const persistence = { timeout: 500, prefixLength: 32 };
    const rig = new Rig(directorConfig({ servers: [RS1, RS2], persistence }, { maxConnections: 4 }));
    rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
    assert.deepEqual(
      ['10.0.1.10', '10.0.1.11', '10.0.1.12'].map((client) => connect(rig, client, 1)),
      ['rs1', 'rs2', undefined],
    );
    assert.deepEqual(rig.drops(), { 'table-full': 1 });
    assert.equal(rig.port.forwarder.counters().connections, 2, 'which are counted without');
    assert.equal(rig.connections.length, 2);
    rig.pass(200_000);
    assert.equal(rig.port.nextTimer(), undefined, 'nothing is left');
  });

  it('two services of one VIP do not share it, nor do TCP and UDP', () => {
    const persistence = { timeout: HOUR, prefixLength: 32 };
    const [web] = directorConfig({ servers: [RS1, RS2], persistence }).services;
    const services = [web!, { ...web!, name: 'tls', port: 443, servers: [RS2, RS1] }];
    const rig = new Rig(directorConfig({}, { services })).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
    const to = (port: number): string | undefined =>
      rig.give(request(1, SYN, { ports: [1, port] })).decisions[0]!.server;
    assert.deepEqual([to(80), to(443), to(80), to(443)], ['rs1', 'rs2', 'rs1', 'rs2']);
  });

  it('a client that sends from port 0 is not taken for what is remembered of it', () => {
    const rig = start({ timeout: HOUR, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    assert.equal(rig.give(request(0, ACK)).decisions[0]!.rule, 'no-entry');
    assert.equal(connect(rig, '10.0.1.10', 0), 'rs1');
    assert.deepEqual(rig.connections, ['rs1 1 SYN_RECV', 'rs1 0 SYN_RECV']);
  });

  const DRAINED = [{ ...RS1, weight: 0 }, RS2];
  const to = (servers: ServerConfig[], rest: Partial<ForwarderConfig> = {}): ForwarderConfig => {
    const { services, ...others } = config({ timeout: HOUR, prefixLength: 32 });
    return { ...others, ...rest, services: [{ ...services[0]!, servers }] };
  };

  it('a drained server keeps its clients, one that is gone does not', () => {
    const rig = start({ timeout: HOUR, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    rig.reconfigure(to(DRAINED));
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
    assert.equal(connect(rig, '10.0.1.11', 2), 'rs2', 'others go elsewhere');
    rig.reconfigure(to([RS2]));
    assert.equal(connect(rig, '10.0.1.10', 3), 'rs2');
  });

  it('with every server drained, those that are remembered are served, others refused', () => {
    const rig = start({ timeout: HOUR, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    rig.reconfigure(to(DRAINED.map((server) => ({ ...server, weight: 0 }))));
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
    connect(rig, '10.0.1.11', 1);
    assert.equal(rig.decisions.at(-1)!.relation, 'caused-error');
    assert.deepEqual(rig.drops(), { 'no-server': 1 });
  });

  it('expireQuiescentTemplate: a drained server loses its clients, and keeps their connections', () => {
    const rig = start({ timeout: HOUR, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    rig.reconfigure(to(DRAINED, { expireQuiescentTemplate: true }));
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs2');
    assert.deepEqual(rig.connections, ['rs1 1 SYN_RECV', 'rs2 2 SYN_RECV']);
    rig.reconfigure(to([RS1, RS2], { expireQuiescentTemplate: true }));
    assert.equal(connect(rig, '10.0.1.10', 3), 'rs2', 'what was forgotten does not come back');
    rig.pass(10_000);
    rig.reconfigure(to([RS2]));
    assert.deepEqual(rig.connections, []);
  });

  it('a server that is put back before anyone asked keeps its clients', () => {
    const rig = start({ timeout: HOUR, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    rig.pass(10_000);
    for (const servers of [[RS2], [RS1, RS2]]) rig.reconfigure(to(servers));
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
  });

  it('the place of a server that is gone is not another one’s while a client remembers it', () => {
    const RS3 = { ...RS1, name: 'rs3', address: ip('10.0.2.13') };
    const rig = start({ timeout: HOUR, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    rig.pass(10_000);
    for (const servers of [[RS2], [RS2, RS3]]) rig.reconfigure(to(servers));
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs2');
    assert.match(rig.decisions.at(-1)!.detail!, /^rr/);
  });

  it('a server whose clients have forgotten it begins anew when it comes back', () => {
    const rig = start({ timeout: 10_000, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    rig.pass(20_000);
    for (const servers of [[RS2], [RS1, RS2]]) rig.reconfigure(to(servers));
    const [web] = rig.port.forwarder.counters().services;
    assert.deepEqual([web!.connections, web!.servers[0]!.connections], [1, 0]);
  });

  it('everybody may be one client; and where nobody is remembered, each is scheduled', () => {
    const rig = start({ timeout: HOUR, prefixLength: 0 });
    const connectAll = (port: number): (string | undefined)[] =>
      ['10.0.1.10', '192.0.2.1', '203.0.113.7'].map((client) => connect(rig, client, port));
    assert.deepEqual(connectAll(1), ['rs1', 'rs1', 'rs1']);
    rig.reconfigure(config());
    assert.deepEqual(connectAll(2), ['rs2', 'rs1', 'rs2']);
  });

  it('changing only the time keeps what is remembered, changing the mask does not', () => {
    const rig = start({ timeout: HOUR, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    rig.reconfigure(config({ timeout: HOUR * 2, prefixLength: 32 }));
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
    rig.reconfigure(config({ timeout: HOUR, prefixLength: 24 }));
    assert.equal(connect(rig, '10.0.1.10', 3), 'rs2');
    rig.reconfigure(config());
    assert.equal(connect(rig, '10.0.1.10', 4), 'rs1');
  });
});

describe('what ipvsadm lists of persistence', () => {
  const listed = (rig: Rig): string[] =>
    rig.port.forwarder
      .ipvs(rig.now)
      .entries.map(
        ({ protocol, state, client, clientPort, destinationPort, server, serverPort, expiresIn }) =>
          `${protocol} ${state} ${formatIpv4(client)}:${clientPort} ${destinationPort} ${formatIpv4(server)}:${serverPort} ${expiresIn}`,
      )
      .sort();

  it('a template is listed with state NONE', () => {
    const rig = start({ timeout: 10_000, prefixLength: 24 });
    connect(rig, '10.0.1.10', 1000);
    rig.now += 500;
    assert.deepEqual(listed(rig), [
      '6 NONE 10.0.1.0:0 80 10.0.2.11:80 9500',
      '6 SYN_RECV 10.0.1.10:1000 80 10.0.2.11:80 500',
    ]);
  });

  it('one that is not to be found any more has no port', () => {
    const rig = start({ timeout: 10_000, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1000);
    rig.reconfigure({
      ...config({ timeout: 10_000, prefixLength: 32 }),
      expireQuiescentTemplate: true,
      services: config({ timeout: 10_000, prefixLength: 32 }).services.map((service) => ({
        ...service,
        servers: [{ ...RS1, weight: 0 }, RS2],
      })),
    });
    connect(rig, '10.0.1.10', 1001);
    assert.deepEqual(
      listed(rig).filter((line) => line.startsWith('6 NONE')),
      ['6 NONE 10.0.1.10:0 65535 10.0.2.11:65535 10000', '6 NONE 10.0.1.10:0 80 10.0.2.12:80 10000'],
    );
  });
});
