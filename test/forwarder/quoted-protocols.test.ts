import assert from 'node:assert/strict';
import type { ForwarderConfig, ServiceConfig } from '../../src/forwarder/config.ts';
import { type Ipv4, NO_MAC } from '../../src/packet/address.ts';
import { buildIcmpError, buildIpv4, wrapIpip } from '../../src/packet/build.ts';
import {
  CIP,
  DIP,
  directorConfig,
  ip,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
  request,
  Rig,
  RIP,
  RIP2,
  ROUTER,
  RS1,
  RS2,
  SYN,
  TIMEOUTS,
  VIP,
} from './rig.ts';

/** What persistence remembers stands in the table of connections, under protocols that no packet there has. */

const NOWHERE = { source: NO_MAC, destination: NO_MAC };
const MIDDLE = ip('10.0.1.77');

const config = (model: ServiceConfig['model'], rest: Partial<ForwarderConfig> = {}): ForwarderConfig =>
  directorConfig(
    { model, servers: [RS1, RS2], persistence: { timeout: 10_000, prefixLength: 32 } },
    { timeouts: { ...TIMEOUTS, synReceived: 1000 }, ...rest },
  );

/** A packet whose first bytes look like ports. */
const packet = (protocol: number, addresses: readonly [Ipv4, Ipv4], words: readonly number[]): Uint8Array =>
  buildIpv4({
    ethernet: NOWHERE,
    ip: { source: addresses[0], destination: addresses[1], protocol },
    payload: Uint8Array.from([...words, 0, 0, 0, 0]),
  });

const error = (to: Ipv4, quoted: Uint8Array): Uint8Array =>
  buildIcmpError({
    ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
    ip: { source: MIDDLE, destination: to },
    icmp: { type: 3, code: 1 },
    quoted: quoted.subarray(14),
  });

/** An ICMP error about what the client or, through a tunnel, the server was sent: TCP, port 80, as persistence has them. */
const ERRORS = Array.from({ length: 256 }, (_, protocol) => [
  error(VIP, packet(protocol, [VIP, CIP], [0, 80, 0, 6])),
  error(
    DIP,
    wrapIpip({
      ethernet: NOWHERE,
      ip: { source: DIP, destination: RIP },
      inner: packet(protocol, [CIP, VIP], [0, 6, 0, 80]),
    }),
  ),
]).flat();

/** What became of the errors that was more than to be dropped, or left to the director's own stack. */
const told = (rig: Rig): string[] =>
  rig.decisions
    .filter(({ rule, relation }) => rule === 'icmp-error' && relation !== 'dropped')
    .map(({ relation }) => relation);

describe('an ICMP error that quotes a packet of whatever protocol', () => {
  for (const model of ['dr', 'tun', 'dnat'] as const)
    it(`${model}: finds nothing of what is remembered of clients, and ends nothing of it`, () => {
      for (const at of [0, 9_999, 10_001, 10_030]) {
        const rig = new Rig(config(model)).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
        rig.learn(ROUTER, M_ROUTER);
        rig.give(request(7, SYN));
        rig.pass(Math.min(at, 9_900));
        rig.now = at;
        for (const given of ERRORS) rig.give(given);
        assert.deepEqual(told(rig), [], `after ${at} ms`);
        const { connections, services } = rig.port.forwarder.counters();
        const { active, inactive } = services[0]!;
        const open = rig.connections.length;
        assert.deepEqual([connections, active + inactive], [open, open], `after ${at} ms`);
      }
    });

  it('finds nothing of what was forgotten either', () => {
    const drained = (weight: number): ForwarderConfig => {
      const { services, ...others } = config('dr', { expireQuiescentTemplate: true });
      return { ...others, services: [{ ...services[0]!, servers: [{ ...RS1, weight }, RS2] }] };
    };
    const rig = new Rig(drained(1)).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
    rig.give(request(7, SYN));
    rig.reconfigure(drained(0));
    rig.give(request(8, SYN));
    for (const given of ERRORS) rig.give(given);
    assert.deepEqual(told(rig), []);
  });
});
