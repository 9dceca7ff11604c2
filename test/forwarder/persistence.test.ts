import assert from 'node:assert/strict';
import type { ForwarderConfig, PersistenceConfig } from '../../src/forwarder/config.ts';
import {
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
  return decisions.at(-1)!.server;
};

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

  it('is forgotten when its time is over and its last connection has ended', () => {
    const rig = start({ timeout: 500, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    rig.pass(900);
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
    rig.pass(2100);
    assert.deepEqual(rig.connections, []);
    assert.equal(connect(rig, '10.0.1.10', 3), 'rs2');
  });

  it('each new connection puts off the end', () => {
    const rig = start({ timeout: 5000, prefixLength: 32 });
    for (let i = 0; i < 5; i++) {
      assert.equal(connect(rig, '10.0.1.10', i + 1), 'rs1');
      rig.pass(4000);
    }
    rig.pass(1100);
    assert.equal(connect(rig, '10.0.1.10', 9), 'rs2');
  });

  it('a drained server keeps its clients, one that is gone does not', () => {
    const rig = start({ timeout: HOUR, prefixLength: 32 });
    connect(rig, '10.0.1.10', 1);
    const { services, ...rest } = config({ timeout: HOUR, prefixLength: 32 });
    const drained = { ...rest, services: [{ ...services[0]!, servers: [{ ...RS1, weight: 0 }, RS2] }] };
    rig.reconfigure(drained);
    assert.equal(connect(rig, '10.0.1.10', 2), 'rs1');
    rig.reconfigure({ ...rest, services: [{ ...services[0]!, servers: [RS2] }] });
    assert.equal(connect(rig, '10.0.1.10', 3), 'rs2');
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
