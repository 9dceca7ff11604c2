import assert from 'node:assert/strict';
import type { ForwarderConfig, ServiceConfig } from '../../src/forwarder/config.ts';
import { buildIcmpError } from '../../src/packet/build.ts';
import * as tcp from '../../src/packet/tcp.ts';
import {
  ACK,
  assertSent,
  CIP,
  DIP,
  directorConfig,
  HOST,
  HOST2,
  ip,
  M_DIRECTOR,
  M_HOST,
  M_HOST2,
  M_INSIDE,
  M_ROUTER,
  M_SERVER,
  M_UPSTREAM,
  natConfig,
  request,
  Rig,
  RIP,
  ROUTER,
  segment,
  SIP,
  SYN,
  TIMEOUTS,
  UPSTREAM,
  VIP,
  WEB,
} from './rig.ts';

/** Services that share a server, and connections that share ports: none may touch what is another's. */

const start = (config: ForwarderConfig): Rig => new Rig(config).learn(RIP, M_SERVER).learn(ROUTER, M_ROUTER);
const TRANSLATED: ServiceConfig = { ...WEB, model: 'dnat', snat: true };
/** The VIP's other port. */
const OTHER = { ...WEB, name: 'other', port: 81 };

describe('services with one server', () => {
  for (const tunnel of [undefined, { type: 'gue', port: 6080 }] as const)
    it(`${tunnel?.type ?? 'ipip'} beside dnat: an error about what was translated is the translated connection's`, () => {
      const tunnelled = { ...OTHER, model: 'tun', ...(tunnel && { tunnel }) } as const;
      const rig = start({ ...directorConfig(), services: [tunnelled, TRANSLATED] });
      const { sent } = rig.give(request(5));
      assert.equal(sent.length, 1);
      const error = (quoted: Uint8Array, back: boolean): Uint8Array =>
        buildIcmpError({
          ethernet: back
            ? { source: M_DIRECTOR, destination: M_ROUTER }
            : { source: M_SERVER, destination: M_DIRECTOR },
          ip: back ? { source: VIP, destination: CIP, ttl: 63 } : { source: RIP, destination: DIP, ttl: 64 },
          icmp: { type: 3, code: 3 },
          quoted: quoted.subarray(14),
        });
      assertSent(rig.give(error(sent[0]!.bytes, false)).sent, error(request(5, SYN, { ttl: 62 }), true));
    });

  it('with and without snat: who kept the client’s port gives none back', () => {
    const kept = { ...OTHER, model: 'dnat' } as const;
    const rig = start({ ...directorConfig(), services: [TRANSLATED, kept] });
    const portOf = (frame: Uint8Array): number => tcp.sourcePortOf(rig.give(frame).sent[0]!.bytes, 34);
    assert.equal(portOf(request(40_000)), 40_000);
    const other = { ports: [40_000, 81] } as const;
    assert.equal(portOf(request(40_000, SYN, other)), 40_000);
    rig.give(request(40_000, ACK));
    rig.pass(TIMEOUTS.synReceived + 65);
    assert.deepEqual(rig.connections, ['rs1 40000 ESTABLISHED']);
    // Another client that would like the same port, which is still taken.
    assert.notEqual(portOf(request(40_000, SYN, { addresses: [ip('10.0.1.11'), VIP] })), 40_000);
  });
});

describe('a nat that comes to translate ports', () => {
  it('gives no port back of those that were kept before', () => {
    const before = natConfig({ translatePorts: false });
    const rig = new Rig(before).learn(HOST, M_HOST).learn(HOST2, M_HOST2).learn(UPSTREAM, M_UPSTREAM, 1);
    const out = (from: typeof HOST, to: typeof SIP, flags = SYN): Uint8Array =>
      segment({
        macs: [from === HOST ? M_HOST : M_HOST2, M_INSIDE],
        addresses: [from, to],
        ports: [40_000, 80],
        ttl: 64,
        flags,
      });
    const portOf = (frame: Uint8Array): number => tcp.sourcePortOf(rig.give(frame).sent[0]!.bytes, 34);
    const [one, two, three] = [SIP, ip('198.51.100.81'), ip('198.51.100.82')];
    assert.equal(portOf(out(HOST, one)), 40_000);
    rig.reconfigure(natConfig());
    assert.equal(portOf(out(HOST2, two)), 40_000);
    rig.give(out(HOST2, two, ACK));
    rig.pass(TIMEOUTS.synReceived + 65);
    assert.deepEqual(rig.connections, ['nat 40000 ESTABLISHED']);
    assert.notEqual(portOf(out(HOST, three)), 40_000);
  });
});

describe('a new configuration', () => {
  it('finds no connection whose time is over', () => {
    const config = directorConfig();
    const rig = start(config);
    rig.give(request(5));
    rig.now += TIMEOUTS.synReceived + 65;
    rig.reconfigure(config);
    assert.equal(rig.port.forwarder.counters().connections, 0);
  });

  it('takes 64 bytes and its place in the index for each connection there is room for', () => {
    const rig = start(directorConfig({}, { maxConnections: 300 }));
    const before = rig.port.forwarder.memory;
    for (let port = 1; port <= 300; port++) rig.give(request(port));
    assert.ok(rig.port.forwarder.memory >= before + 64 * (300 - 64), String(rig.port.forwarder.memory));
  });
});

describe('a quote in an ICMP error', () => {
  it('with a header shorter than can be names no connection, whatever stands where its ports would', () => {
    // The client's address, read as ports.
    const [port, clientPort] = [CIP >>> 16, CIP & 0xffff];
    const rig = start(directorConfig({ port }));
    rig.give(request(clientPort, SYN, { ports: [clientPort, port] }));
    assert.equal(rig.connections.length, 1);
    const about = (first: number): Uint8Array => {
      const quoted = segment({
        macs: [M_DIRECTOR, M_ROUTER],
        addresses: [VIP, CIP],
        ports: [port, clientPort],
        ttl: 60,
        flags: ACK,
      });
      quoted[14] = first;
      return buildIcmpError({
        ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
        ip: { source: ROUTER, destination: VIP, ttl: 64 },
        icmp: { type: 3, code: 1 },
        quoted: quoted.subarray(14),
      });
    };
    assert.deepEqual(
      [0x45, 0x44, 0x40].map((first) => rig.give(about(first)).decisions[0]!.relation),
      ['forwarded', 'dropped', 'dropped'],
    );
  });
});
