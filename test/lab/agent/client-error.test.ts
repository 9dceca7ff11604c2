import assert from 'node:assert/strict';
import { endByName, endByWords } from '../../../src/lab/agent/client-error.ts';
import { pingEnd } from '../../../src/lab/agent/ping-call.ts';
import { wrkEnd } from '../../../src/lab/agent/wrk-call.ts';

describe('agent: what an error of a client means for its request', () => {
  it('by its name and by its words the same; of others nothing is known', () => {
    for (const [name, words, outcome] of [
      ['ECONNREFUSED', 'Connection refused', 'refused'],
      ['ECONNRESET', 'Connection reset by peer', 'refused'],
      ['ENOPROTOOPT', 'Protocol not available', 'refused'],
      ['ENETUNREACH', 'Network is unreachable', 'unreachable'],
      ['EHOSTUNREACH', 'No route to host', 'unreachable'],
      ['ETIMEDOUT', 'Connection timed out', 'timed-out'],
      ['EADDRINUSE', 'Address already in use', 'unsent'],
      ['EADDRNOTAVAIL', 'Cannot assign requested address', 'unsent'],
      ['ENOMEM', 'Cannot allocate memory', 'untold'],
      ['', '', 'untold'],
    ] as const) {
      assert.equal(endByName(name).outcome, outcome, name);
      assert.equal(endByWords(`connect: ${words}\n`).outcome, outcome, words);
    }
    assert.deepEqual(endByName(undefined), { outcome: 'untold', reason: 'client-silent' });
  });

  it('of ping, which says by its exit code whether it asked', () => {
    const end = (exitCode: number | null, output: string, errors = '') =>
      pingEnd({ exitCode, output, errors }).outcome;
    assert.equal(end(0, '1 received'), 'answered');
    assert.equal(end(1, '1 packets transmitted, 0 received'), 'timed-out');
    assert.equal(end(1, 'From 10.0.1.10 icmp_seq=1 Destination Host Unreachable'), 'unreachable');
    assert.equal(end(1, 'From 10.0.1.1 icmp_seq=1 Time to live exceeded'), 'unreachable');
    assert.equal(end(2, '', 'ping: connect: Network is unreachable'), 'unreachable');
    assert.equal(end(2, '', 'ping: invalid argument'), 'untold');
    assert.equal(end(null, ''), 'unsent');
  });

  it('of wrk, which makes no load when its first connection cannot be made', () => {
    const end = (output: string) => wrkEnd({ exitCode: 1, output, errors: '' });
    assert.equal(end('unable to connect to 10.0.2.100:80 Connection refused\n').outcome, 'refused');
    assert.equal(end('unable to connect to 10.0.2.100:80 Network is unreachable\n').outcome, 'unreachable');
    assert.equal(end('unable to create thread\n').outcome, 'untold');
  });
});
