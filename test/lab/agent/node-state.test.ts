import assert from 'node:assert/strict';
import { seenClients } from '../../../src/lab/agent/access-log.ts';
import { Gate } from '../../../src/lab/agent/gate.ts';
import { Lease } from '../../../src/lab/agent/lease-clock.ts';
import { parseSockets } from '../../../src/lab/agent/sockets.ts';
import { allOf } from '../../../src/lab/docker/all.ts';
import { parseIpv4 } from '../../../src/packet/address.ts';

describe('agent: what it knows of its node', () => {
  it('sockets: connections, without the ports that listen', () => {
    const text = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1',
      '   1: 6402000A:0050 0A01000A:C350 01 00000000:00000000 00:00000000 00000000     0        0 2 1',
      '   2: 6402000A:0050 0A01000A:C351 06 00000000:00000000 00:00000000 00000000     0        0 3 1',
      '',
    ].join('\n');
    const ends = {
      local: parseIpv4('10.0.2.100'),
      localPort: 80,
      remote: parseIpv4('10.0.1.10'),
    };
    assert.deepEqual(parseSockets(text), [
      { ...ends, remotePort: 50_000, state: 'established' },
      { ...ends, remotePort: 50_001, state: 'time-wait' },
    ]);
    assert.deepEqual(parseSockets(''), []);
  });

  it('the access log: its last thousand, and nothing that is cut', () => {
    const line = (port: number) => `10.0.1.10:${port} 10.0.2.100`;
    const text = `${Array.from({ length: 1500 }, (_, index) => line(index)).join('\n')}\n10.0.1.10:15`;
    const seen = seenClients(text);
    assert.equal(seen.length, 1000);
    assert.deepEqual(seen.at(-1), {
      address: parseIpv4('10.0.1.10'),
      port: 1499,
      at: parseIpv4('10.0.2.100'),
    });
  });

  it('a lease belongs to one controller while it is connected, and to whoever comes when it is not', () => {
    const lease = new Lease(() => undefined, 60);
    const [first, second] = [{}, {}];
    assert.ok(lease.allows(second), 'nobody holds it yet');
    assert.ok(lease.claim('a', first, 60));
    assert.ok(!lease.claim('b', second, 60));
    assert.ok(lease.allows(first) && !lease.allows(second));
    // The same controller over another connection.
    assert.ok(lease.claim('a', second, 60));
    lease.left(first);
    assert.ok(!lease.claim('b', first, 60));
    lease.left(second);
    assert.ok(lease.remaining() > 50, 'the sweep is still kept away');
    assert.ok(lease.claim('b', first, 60));
    // One that was silent for too long, though it is connected.
    assert.ok(lease.claim('b', first, 0));
    assert.ok(lease.claim('c', second, 60));
    assert.ok(!lease.claim('b', first, 60));
    lease.close();
  });

  it('what a paused node would do itself waits, up to a thousand', () => {
    const gate = new Gate();
    const done: number[] = [];
    gate.close();
    for (let i = 0; i < 1200; i += 1) gate.pass(() => done.push(i));
    assert.equal(done.length, 0);
    gate.open();
    assert.equal(done.length, 1000);
    gate.pass(() => done.push(-1));
    assert.equal(done.at(-1), -1);
  });

  it('work a few at a time: never more, and nothing after a failure', async () => {
    let running = 0;
    let most = 0;
    const begun: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (item === 5) throw new Error('five');
    };
    await allOf([1, 2, 3, 4], 2, work);
    assert.deepEqual([begun, most], [[1, 2, 3, 4], 2]);
    await assert.rejects(allOf([5, 6, 7, 8], 2, work), /five/);
    assert.ok(!begun.includes(8));
    assert.equal(running, 0);
  });
});
