import assert from 'node:assert/strict';
import { fetchByDatagram } from '../../../src/lab/agent/datagrams.ts';
import type { PlannedTraffic } from '../../../src/lab/topology/plan.ts';
import { parseIpv4 } from '../../../src/packet/address.ts';

const entry = (to: string): PlannedTraffic => ({
  from: 'client',
  to: parseIpv4(to)!,
  port: 9,
  afterNs: 0,
  everyNs: 0,
  count: 1,
  request: 'GET /',
  responseBytes: 0,
  requestBytes: 0,
  timeoutNs: 100e6,
});

describe('agent: a request by datagram', () => {
  it('that the kernel does not let out ends at once, and is no error of the agent', async () => {
    // An address that no socket may be connected to without being asked to broadcast, or that has no way.
    const { end } = await fetchByDatagram({ id: 1, entry: entry('255.255.255.255'), protocol: 'udp' });
    assert.match(end.outcome, /^(untold|unreachable)$/);
  });

  it('is refused where nobody listens', async () => {
    const { end, sourcePort } = await fetchByDatagram({ id: 1, entry: entry('127.0.0.1'), protocol: 'udp' });
    assert.equal(end.outcome, 'refused');
    assert.ok(sourcePort! > 0);
  });
});
