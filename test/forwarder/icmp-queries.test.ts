import assert from 'node:assert/strict';
import { type Ipv4, type Mac } from '../../src/packet/address.ts';
import { buildIpv4 } from '../../src/packet/build.ts';
import { fillChecksums } from '../../src/packet/checksum.ts';
import {
  assertSent,
  EXT,
  HOST,
  M_HOST,
  M_INSIDE,
  M_OUTSIDE,
  M_UPSTREAM,
  natConfig,
  Rig,
  SIP,
  UPSTREAM,
} from './rig.ts';

/** ICMP queries through nat (RFC 5508, section 3): each kind, there and back. */

function query(
  type: number,
  identifier: number,
  macs: readonly [Mac, Mac],
  addresses: readonly [Ipv4, Ipv4],
  ttl: number,
): Uint8Array {
  const bytes = buildIpv4({
    ethernet: { source: macs[0], destination: macs[1] },
    ip: { source: addresses[0], destination: addresses[1], protocol: 1, ttl },
    payload: Uint8Array.of(type, 0, 0, 0, identifier >>> 8, identifier, 0, 9, 1, 2, 3, 4),
  });
  fillChecksums(bytes, 0, bytes.length);
  return bytes;
}

const start = (): Rig => new Rig(natConfig()).learn(HOST, M_HOST).learn(UPSTREAM, M_UPSTREAM, 1);

describe('ICMP queries through nat', () => {
  for (const [name, asks, answers] of [
    ['echo', 8, 0],
    ['timestamp', 13, 14],
    ['information', 15, 16],
    ['address mask', 17, 18],
  ] as const) {
    it(`${name}: the answer finds who asked, an answer of another kind does not`, () => {
      const rig = start();
      assertSent(
        rig.give(query(asks, 7, [M_HOST, M_INSIDE], [HOST, SIP], 64)).sent,
        query(asks, 40000, [M_OUTSIDE, M_UPSTREAM], [EXT, SIP], 63),
        1,
      );
      for (const type of [0, 14, 16, 18].filter((other) => other !== answers))
        assert.deepEqual(rig.give(query(type, 40000, [M_UPSTREAM, M_OUTSIDE], [SIP, EXT], 60), 1), {
          sent: [],
          decisions: [],
        });
      assertSent(
        rig.give(query(answers, 40000, [M_UPSTREAM, M_OUTSIDE], [SIP, EXT], 60), 1).sent,
        query(answers, 7, [M_INSIDE, M_HOST], [SIP, HOST], 59),
      );
    });
  }

  it('what is neither a query nor an error is not translated', () => {
    const rig = start();
    for (const type of [1, 2, 9, 10, 19, 40]) {
      const { sent, decisions } = rig.give(query(type, 7, [M_HOST, M_INSIDE], [HOST, SIP], 64));
      assert.deepEqual([sent, decisions[0]!.reason], [[], 'unsupported'], String(type));
    }
    assert.deepEqual(rig.connections, []);
  });
});
