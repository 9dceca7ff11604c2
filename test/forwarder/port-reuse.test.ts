import assert from 'node:assert/strict';
import type { ForwarderConfig, ServiceConfig } from '../../src/forwarder/config.ts';
import {
  ACK,
  CIP,
  directorConfig,
  FIN,
  HOST,
  M_DIRECTOR,
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

/** A SYN on an entry that is there, as ip_vs_core.c decides it: `ip_vs_in_hook`, `is_new_conn_expected`. */

const DR = { model: 'dr' } as const;
const NAT = { model: 'dnat', snat: false } as const;
const PERSISTENT = { persistence: { timeout: 3_600_000, prefixLength: 32 } };

/** The server answers; in `NAT` this passes by the director. */
const reply = (flags: number): Uint8Array =>
  segment({ macs: [M_SERVER, M_DIRECTOR], addresses: [RIP, CIP], ports: [80, 1], ttl: 64, flags });

function start(service: Partial<ServiceConfig>, rest: Partial<ForwarderConfig> = {}): Rig {
  const rig = new Rig(directorConfig({ servers: [RS1, RS2], ...service }, { onRemove: 'silent', ...rest }));
  return rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
}

/** Client flags as numbers; those of the server as `-flags`. */
function say(rig: Rig, flags: readonly number[]): void {
  for (const one of flags) rig.give(one < 0 ? reply(-one) : request(1, one));
}

const CLOSED_BY_BOTH = [SYN, -(SYN | ACK), ACK, FIN | ACK, -(FIN | ACK)];

describe('a port that is used again', () => {
  const CASES = [
    { model: DR, state: 'SYN_RECV', flags: [SYN], modes: [] },
    { model: DR, state: 'ESTABLISHED', flags: [SYN, ACK], modes: [] },
    { model: DR, state: 'FIN_WAIT', flags: [SYN, ACK, FIN | ACK, ACK], modes: [2] },
    { model: DR, state: 'TIME_WAIT', flags: [SYN, FIN | ACK], modes: [1, 2] },
    { model: DR, state: 'CLOSE', flags: [SYN, ACK, RST], modes: [1, 2] },
    { model: NAT, state: 'FIN_WAIT', flags: [SYN, -(SYN | ACK), ACK, -(FIN | ACK)], modes: [] },
    { model: NAT, state: 'CLOSE_WAIT', flags: [SYN, -(SYN | ACK), ACK, FIN | ACK], modes: [] },
    { model: NAT, state: 'TIME_WAIT', flags: CLOSED_BY_BOTH, modes: [1, 2] },
    { model: NAT, state: 'CLOSE', flags: [SYN, -(RST | ACK)], modes: [1, 2] },
  ];
  for (const { model, state, flags, modes } of CASES) {
    for (const connReuseMode of [0, 1, 2] as const) {
      const isNew = (modes as number[]).includes(connReuseMode);
      it(`${model.model}, ${state}, mode ${connReuseMode}: ${isNew ? 'scheduled anew' : 'stays with its server'}`, () => {
        for (const syn of [SYN, SYN | ACK]) {
          const rig = start(model, { connReuseMode });
          say(rig, flags);
          assert.deepEqual(rig.connections, [`rs1 1 ${state}`]);
          const [decision] = rig.give(request(1, syn)).decisions;
          assert.equal(
            `${decision!.rule} ${decision!.server} ${decision!.connection}`,
            isNew ? 'schedule rs2 2' : 'established rs1 1',
          );
          const after = isNew ? 'rs2 1 SYN_RECV' : `rs1 1 ${state === 'ESTABLISHED' ? state : 'SYN_RECV'}`;
          assert.deepEqual(rig.connections, [after]);
        }
      });
    }
  }

  it('under persistence the entry stays what it is', () => {
    const rig = start({ ...NAT, ...PERSISTENT });
    say(rig, CLOSED_BY_BOTH);
    assert.deepEqual(rig.connections, ['rs1 1 TIME_WAIT']);
    assert.equal(rig.give(request(1)).decisions[0]!.rule, 'established');
    assert.deepEqual(rig.connections, ['rs1 1 SYN_RECV']);
  });

  const drained = (onRemove: 'silent' | 'reset', service: Partial<ServiceConfig> = {}): Rig => {
    const rig = start({ ...DR, ...service }, { onRemove });
    say(rig, [SYN, ACK]);
    const servers = [{ ...RS1, weight: 0 }, RS2];
    rig.reconfigure(directorConfig({ servers, ...DR, ...service }, { onRemove }));
    return rig;
  };

  it('of a drained server: stays in any state, with onRemove reset it is scheduled anew in any', () => {
    assert.equal(drained('silent').give(request(1)).decisions[0]!.server, 'rs1');
    const rig = drained('reset');
    assert.equal(rig.give(request(1, ACK)).decisions[0]!.server, 'rs1', 'what is no SYN stays');
    assert.equal(rig.give(request(1)).decisions[0]!.server, 'rs2');
    assert.equal(drained('reset', PERSISTENT).give(request(1)).decisions[0]!.server, 'rs1', 'persistence');
  });

  it('a damaged SYN does not end the entry', () => {
    const rig = start(NAT);
    say(rig, [SYN, ACK, RST]);
    const damaged = request(1);
    damaged[50]! ^= 1;
    assert.equal(rig.give(damaged).decisions[0]!.reason, 'bad-checksum');
    assert.deepEqual(rig.connections, ['rs1 1 CLOSE']);
  });

  it('through nat a SYN alone begins a new flow after CLOSE', () => {
    const out = (flags: number): Uint8Array =>
      segment({ macs: [M_HOST, M_INSIDE], addresses: [HOST, SIP], ports: [5, 80], ttl: 64, flags });
    for (const [flags, connection] of [
      [SYN, 2],
      [SYN | ACK, 1],
      [SYN | RST, 1],
      [SYN | FIN, 1],
    ] as const) {
      const rig = new Rig(natConfig()).learn(UPSTREAM, M_UPSTREAM, 1).learn(HOST, M_HOST);
      for (const before of [SYN, ACK, RST]) rig.give(out(before));
      assert.equal(rig.give(out(flags)).decisions[0]!.connection, connection);
    }
  });

  it('what may open a connection: any SYN that is no RST, whatever else it says', () => {
    for (const flags of [SYN, SYN | ACK, SYN | FIN, SYN | FIN | ACK]) {
      assert.equal(start(DR).give(request(1, flags)).decisions[0]!.rule, 'schedule', String(flags));
    }
    for (const flags of [ACK, FIN, RST, SYN | RST, SYN | RST | ACK, 0]) {
      assert.equal(start(DR).give(request(1, flags)).decisions[0]!.rule, 'no-entry', String(flags));
    }
  });
});
