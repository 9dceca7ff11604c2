import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planOf, exampleText, startLab } from '../testbed.ts';
import { wrapIpip } from '../../../../src/packet/build.ts';
import { fillChecksums } from '../../../../src/packet/checksum.ts';
import {
  HostBench,
  LEFT_MAC,
  PROBE_MAC,
  arpRequest,
  ip,
  pingFrame,
  synFrame,
  udpFrame,
} from './host-bench.ts';

const to = { from: '10.0.1.10', to: '10.0.1.1' };
const tunnelled = wrapIpip({
  ethernet: { source: PROBE_MAC, destination: LEFT_MAC },
  ip: { source: ip('10.0.1.10'), destination: ip('10.0.1.1') },
  inner: synFrame({ from: '10.0.2.10', to: '10.0.2.1' }),
});
const frames = [arpRequest('10.0.1.1', '10.0.1.10'), udpFrame(to), synFrame(to), pingFrame(to), tunnelled];

describe('A node', () => {
  it('survives any frame, with valid checksums or not', () => {
    const host = new HostBench({ sysctls: { ip_forward: 1 }, node: { decapsulate: true } });
    host.introduce('left', '10.0.1.10');
    const change = fc.tuple(fc.nat(120), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(change, { maxLength: 6 }),
        fc.nat(130),
        fc.boolean(),
        (frame, changes, length, repaired) => {
          const bytes = frame.slice(0, Math.max(14, length));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          if (repaired) fillChecksums(bytes, 0, bytes.length);
          host.say('left', bytes);
        },
      ),
      { numRuns: 3000 },
    );
    // One of the frames may have been an ARP that makes the host ask for its neighbour again: that is not the answer.
    const replies = host.say('left', pingFrame(to))['left']!;
    assert.ok(
      replies.some(({ length }) => length === pingFrame(to).length),
      'and still answers',
    );
  });

  it('of every example runs without an error when nothing is asked of it', () => {
    for (const name of ['nat', 'dnat', 'dr', 'tun'])
      startLab(planOf(exampleText(name), name)).engine.run(1e9);
  });
});
