import assert from 'node:assert/strict';
import type { ForwarderConfig, ServiceConfig } from '../../src/forwarder/config.ts';
import { addressAfter, type Ipv4 } from '../../src/packet/address.ts';
import {
  ACK,
  assertSent,
  directorConfig,
  EXT,
  FIN,
  HOST,
  HOST2,
  M_HOST,
  M_HOST2,
  M_INSIDE,
  M_OUTSIDE,
  M_SERVER,
  M_SERVER2,
  M_UPSTREAM,
  natConfig,
  request,
  Rig,
  RIP,
  RIP2,
  RS1,
  RS2,
  RST,
  segment,
  SIP,
  SYN,
  UPSTREAM,
} from './rig.ts';

/** The ports a director or NAT router takes for itself. */

function router(nat: Parameters<typeof natConfig>[0] = {}): Rig {
  return new Rig(natConfig(nat))
    .learn(UPSTREAM, M_UPSTREAM, 1)
    .learn(HOST, M_HOST, 0)
    .learn(HOST2, M_HOST2, 0);
}

const out = (host: Ipv4, port: number, flags = SYN, to: readonly [Ipv4, number] = [SIP, 80]): Uint8Array =>
  segment({ macs: [M_HOST, M_INSIDE], addresses: [host, to[0]], ports: [port, to[1]], ttl: 64, flags });
const back = (port: number, flags = SYN | ACK): Uint8Array =>
  segment({ macs: [M_UPSTREAM, M_OUTSIDE], addresses: [SIP, EXT], ports: [80, port], ttl: 64, flags });

/** Source port of the frame that left. */
function portOf(rig: Rig, frame: Uint8Array): number | undefined {
  const [sent] = rig.give(frame).sent;
  return sent === undefined ? undefined : (sent.bytes[34]! << 8) | sent.bytes[35]!;
}

describe('nat', () => {
  it('two inside hosts, one source port, one site: both work', () => {
    const rig = router({ ports: { first: 50000, last: 50999 } });
    assert.deepEqual([portOf(rig, out(HOST, 50000)), portOf(rig, out(HOST2, 50000))], [50000, 50001]);
    const toHost = { addresses: [SIP, HOST], ports: [80, 50000], ttl: 63, flags: SYN | ACK } as const;
    assertSent(rig.give(back(50000), 1).sent, segment({ ...toHost, macs: [M_INSIDE, M_HOST] }), 0);
    const toHost2 = { ...toHost, addresses: [SIP, HOST2] } as const;
    assertSent(rig.give(back(50001), 1).sent, segment({ ...toHost2, macs: [M_INSIDE, M_HOST2] }), 0);
  });

  it('translatePorts: false: the reply of two flows cannot be told apart', () => {
    const rig = router({ translatePorts: false });
    assert.deepEqual([portOf(rig, out(HOST, 50000))], [50000]);
    for (const flags of [SYN | ACK, ACK])
      assert.equal(rig.give(back(50000, flags), 1).sent.length, 1, 'one flow alone works');
    assert.deepEqual([portOf(rig, out(HOST2, 50000))], [50000]);
    assert.equal(rig.give(back(50000, ACK), 1).decisions[0]!.reason, 'ambiguous-port');
    const { sent, decisions } = rig.give(back(50000), 1);
    assert.deepEqual(sent, []);
    const { rule, reason, connection } = decisions[0]!;
    assert.deepEqual([rule, reason, connection], ['nat-in', 'ambiguous-port', undefined]);
    // Requests still go out, and when the first flow has ended replies are clear again.
    assert.equal(rig.give(out(HOST, 50000, ACK)).sent.length, 1);
    rig.give(out(HOST, 50000, RST));
    rig.pass(11_000);
    const [frame] = rig.give(back(50000), 1).sent;
    assert.deepEqual([...frame!.bytes.slice(30, 34)], [192, 168, 1, 11]);
  });

  it('translatePorts: false: another site makes no collision', () => {
    const rig = router({ translatePorts: false });
    rig.give(out(HOST, 50000));
    rig.give(out(HOST2, 50000, SYN, [SIP, 81]));
    assert.equal(rig.give(back(50000), 1).sent.length, 1);
  });

  it('flow N+1 of a pool of N does not leave; the end of one makes room', () => {
    const rig = router({ ports: { first: 40000, last: 40002 } });
    assert.deepEqual(
      [1, 2, 3].map((port) => portOf(rig, out(HOST, port))),
      [40000, 40001, 40002],
    );
    const { sent, decisions } = rig.give(out(HOST, 4));
    assert.deepEqual(sent, []);
    assert.equal(`${decisions[0]!.rule} ${decisions[0]!.reason}`, 'nat-out ports-exhausted');
    rig.give(out(HOST, 2, ACK));
    rig.give(out(HOST, 2, RST));
    rig.pass(11_000);
    assert.equal(portOf(rig, out(HOST, 4)), 40001);
  });

  it('a reply from another site than the one asked is nobody’s', () => {
    const rig = router();
    rig.give(out(HOST, 1));
    const stray = segment({
      macs: [M_UPSTREAM, M_OUTSIDE],
      addresses: [addressAfter(EXT, 9), EXT],
      ports: [80, 40000],
      ttl: 64,
    });
    assert.equal(rig.give(stray, 1).decisions[0]!.reason, 'no-connection');
  });

  it('a port outside the pool is the kernel’s', () => {
    assert.deepEqual(router().give(back(22), 1).decisions, []);
  });

  it('says which port it took', () => {
    assert.equal(router().give(out(HOST, 1)).decisions[0]!.detail, 'nat: :40000');
  });

  it('no two live flows share a port, over thousands of flows that come and go', () => {
    const rig = router({ ports: { first: 20000, last: 29999 } });
    rig.port.reconfigure(natConfig({ ports: { first: 20000, last: 29999 } }, { maxConnections: 20_000 }), 0);
    const live = new Map<string, number>();
    let state = 7;
    for (let step = 0; step < 12_000; step++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const host = (state >>> 8) % 2 === 0 ? HOST : HOST2;
      const port = 1 + ((state >>> 9) % 4000);
      const site = addressAfter(SIP, (state >>> 21) % 3);
      const flow = `${host} ${port} ${site}`;
      const outside = portOf(rig, out(host, port, SYN, [site, 80]));
      assert.ok(outside !== undefined);
      if (live.has(flow)) assert.equal(live.get(flow), outside, 'a flow keeps its port');
      else assert.ok(![...live.values()].includes(outside) || live.size > 3000, 'a port in use');
      live.set(flow, outside);
      if (live.size > 3000) break;
    }
    assert.equal(new Set(live.values()).size, live.size);
  });
});

describe('dnat with snat', () => {
  const config = (last: number): ReturnType<typeof directorConfig> =>
    directorConfig({ model: 'dnat', snat: true, servers: [RS1, RS2], ports: { first: 40000, last } });

  it('one port serves two servers at once: they differ in the server’s address', () => {
    const rig = new Rig(config(40000)).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
    assert.deepEqual([portOf(rig, request(1)), portOf(rig, request(2))], [40000, 40000]);
    assert.equal(rig.give(request(3)).decisions[0]!.reason, 'ports-exhausted');
    assert.deepEqual(rig.drops(), { 'ports-exhausted': 1 });
    assert.equal(rig.connections.length, 2);
  });

  it('two services on the same server and port share its pool', () => {
    const base = config(40009);
    const second = { ...base.services[0]!, name: 'second', port: 81, servers: [RS1] };
    const rig = new Rig({ ...base, services: [{ ...base.services[0]!, servers: [RS1] }, second] }).learn(
      RIP,
      M_SERVER,
    );
    assert.deepEqual(
      [portOf(rig, request(1)), portOf(rig, request(1, SYN, { ports: [1, 81] }))],
      [40000, 40001],
    );
  });

  it('gives the port back when the connection ends, and when its port is used again', () => {
    const rig = new Rig(
      directorConfig({ model: 'dnat', snat: true, ports: { first: 40000, last: 40000 } }),
    ).learn(RIP, M_SERVER);
    rig.give(request(1));
    rig.give(request(1, ACK));
    rig.give(request(1, RST));
    assert.equal(portOf(rig, request(1)), 40000, 'a SYN on the closing entry');
    assert.equal(rig.give(request(2)).decisions[0]!.reason, 'ports-exhausted');
    rig.pass(61_000);
    assert.equal(portOf(rig, request(2)), 40000);
  });
});

describe('dnat without snat', () => {
  it('two services of one server: the second flow of a client port would make the reply ambiguous', () => {
    const base = directorConfig({ model: 'dnat' });
    const rig = new Rig({
      ...base,
      services: [...base.services, { ...base.services[0]!, name: 'second', port: 81 }],
    });
    rig.learn(RIP, M_SERVER);
    rig.give(request(1));
    const second = (flags: number): Uint8Array => request(1, flags, { ports: [1, 81] });
    assert.equal(rig.give(second(SYN)).decisions[0]!.reason, 'ambiguous-port');
    rig.give(request(1, FIN | ACK));
    rig.pass(121_000);
    assert.equal(rig.give(second(SYN)).decisions[0]!.relation, 'forwarded');
  });
});

describe('nat and dnat at one director', () => {
  /** The inside host is a server too; its services are asked from outside. */
  const config = (service: Partial<ServiceConfig>): ForwarderConfig => {
    const ports = { first: 40000, last: 40000 };
    const server = { name: 'host', address: HOST, port: 80, weight: 1 };
    const [web] = directorConfig({ model: 'dnat', vip: EXT, port: 8080, servers: [server], ports }).services;
    return natConfig({ ports }, { services: [{ ...web!, ...service }] });
  };
  const start = (service: Partial<ServiceConfig>): Rig =>
    new Rig(config(service)).learn(UPSTREAM, M_UPSTREAM, 1).learn(HOST, M_HOST, 0);
  const asked = (port: number, flags = SYN): Uint8Array =>
    segment({ macs: [M_UPSTREAM, M_OUTSIDE], addresses: [SIP, EXT], ports: [port, 8080], ttl: 64, flags });

  it('what would look like a request that is there already is not opened', () => {
    const rig = start({});
    // The host's own request to the client looks like what it would answer it.
    rig.give(segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [80, 5], ttl: 64 }));
    assert.equal(rig.give(asked(5), 1).decisions[0]!.reason, 'ambiguous-port');
    assert.equal(rig.give(asked(6), 1).decisions[0]!.relation, 'forwarded');
  });

  it('a port that was taken in vain is given back', () => {
    // The server is outside: what it answers to the one address comes to the director's port and to the nat's.
    const rig = start({ snat: true, servers: [{ name: 'site', address: UPSTREAM, port: 80, weight: 1 }] });
    rig.give(asked(5), 1);
    const toSite = (flags: number): Uint8Array => out(HOST, 7, flags, [UPSTREAM, 80]);
    assert.equal(rig.give(toSite(SYN)).decisions[0]!.reason, 'ambiguous-port');
    for (const flags of [ACK, RST]) rig.give(asked(5, flags), 1);
    rig.pass(11_000);
    assert.equal(portOf(rig, toSite(SYN)), 40000);
  });
});
