import assert from 'node:assert/strict';
import type { ServerConfig } from '../../src/forwarder/config.ts';
import {
  ACK,
  directorConfig,
  FIN,
  HOST,
  M_HOST,
  M_INSIDE,
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

const ALL_FLAGS = Array.from({ length: 256 }, (_, flags) => flags);

describe('a segment that belongs to no connection', () => {
  it('begins one with a service when it has a SYN and no RST, whatever else it has', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    const opens = ALL_FLAGS.filter(
      (flags) => rig.give(request(1000 + flags, flags)).decisions[0]!.rule === 'schedule',
    );
    assert.deepEqual(
      opens,
      ALL_FLAGS.filter((flags) => (flags & SYN) !== 0 && (flags & RST) === 0),
    );
  });

  // T5k of the sequences: IPVS's `sloppy_tcp`.
  it('with sloppyTcp begins one whenever it is no RST, and is what its flags say', () => {
    const rig = new Rig(directorConfig({}, { sloppyTcp: true })).learn(RIP, M_SERVER);
    const opens = ALL_FLAGS.filter(
      (flags) => rig.give(request(1000 + flags, flags)).decisions[0]!.rule === 'schedule',
    );
    assert.deepEqual(
      opens,
      ALL_FLAGS.filter((flags) => (flags & RST) === 0),
    );
    const states = [...rig.port.forwarder.connections(rig.now)].map(
      ({ clientPort, state }) => [clientPort - 1000, state] as const,
    );
    const stateOf = (flags: number) => states.find(([own]) => own === flags)?.[1];
    assert.deepEqual([stateOf(ACK), stateOf(SYN), stateOf(0)], ['ESTABLISHED', 'SYN_RECV', 'CLOSE']);
  });

  it('with sloppyTcp a RST without a connection is answered by nobody', () => {
    const rig = new Rig(directorConfig({}, { sloppyTcp: true })).learn(RIP, M_SERVER);
    const { sent, decisions } = rig.give(request(1000, RST | ACK));
    assert.deepEqual([sent, decisions[0]!.rule, decisions[0]!.relation], [[], 'no-entry', 'dropped']);
  });

  it('sloppyTcp carries on what the server of a removed one had, with onRemove reset', () => {
    const config = (servers: readonly ServerConfig[]) =>
      directorConfig({ servers }, { sloppyTcp: true, onRemove: 'reset' });
    const rig = new Rig(config([RS1, RS2])).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
    rig.give(request(1000));
    rig.reconfigure(config([RS2]));
    const { decisions } = rig.give(request(1000, ACK));
    assert.deepEqual([decisions[0]!.rule, decisions[0]!.server], ['schedule', 'rs2']);
  });

  it('begins one through nat when it has a SYN and none of ACK, RST and FIN', () => {
    const rig = new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);
    const from = (port: number, flags: number): Uint8Array =>
      segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [port, 80], ttl: 64, flags });
    const opens = ALL_FLAGS.filter((flags) => rig.give(from(1000 + flags, flags)).sent.length > 0);
    assert.deepEqual(
      opens,
      ALL_FLAGS.filter((flags) => (flags & SYN) !== 0 && (flags & (ACK | RST | FIN)) === 0),
    );
  });
});

describe('a new configuration', () => {
  it('finds what is over ended: a server that nobody has any more begins anew when it comes back', () => {
    for (const [wait, connections] of [
      [59_000, 1],
      [61_000, 0],
    ] as const) {
      const rig = new Rig(directorConfig({ servers: [RS1, RS2] })).learn(RIP, M_SERVER);
      rig.give(request(1));
      // Nothing happens in between that would end it.
      rig.now = wait;
      for (const servers of [[RS2], [RS1, RS2]]) rig.reconfigure(directorConfig({ servers }));
      const [web] = rig.port.forwarder.counters().services;
      assert.equal(web!.servers[0]!.connections, connections);
    }
  });
});
