import assert from 'node:assert/strict';
import { makeFrame } from '../../src/forwarder/frame.ts';
import { buildIcmpEcho } from '../../src/packet/build.ts';
import { cut, datagram, service, start } from './fragment-rig.ts';
import {
  assertSent,
  CIP,
  DIP,
  directorConfig,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
  request,
  Rig,
  RIP,
  RIP2,
  ROUTER,
  SYN,
  VIP,
} from './rig.ts';

/** What fits leaves in one piece, its DF as it was. */

describe('a packet that fits', () => {
  it('to the byte, is sent as it is, DF and all', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    for (const length of [1459, 1460]) {
      const payload = 'x'.repeat(length);
      const { sent } = rig.give(request(length, SYN, { payload }));
      assertSent(sent, request(length, SYN, { payload, macs: [M_DIRECTOR, M_SERVER], ttl: 62 }));
    }
  });

  it('is sent as it is behind one that came in fragments', () => {
    const rig = start(service('dnat', true));
    for (const piece of cut(datagram(), 16, 64)) rig.give(piece);
    const whole = { ports: [6000, 53], dontFragment: true } as const;
    assertSent(
      rig.give(datagram(whole)).sent,
      datagram({
        ...whole,
        macs: [M_DIRECTOR, M_SERVER2],
        addresses: [DIP, RIP2],
        ports: [40_000, 53],
        ttl: 62,
      }),
    );
  });

  it('a ping of the VIP is answered by itself turned around, DF as it was (RFC 792)', () => {
    for (const length of [10, 1471, 1472])
      for (const dontFragment of [false, true]) {
        const icmp = { identifier: 7, sequence: 9 };
        const fields = { id: 5, dontFragment };
        const given = buildIcmpEcho({
          ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
          ip: { ...fields, source: CIP, destination: VIP, ttl: 3 },
          icmp: { ...icmp, operation: 'request' },
          payload: new Uint8Array(length).fill(7),
        });
        const expected = buildIcmpEcho({
          ethernet: { source: M_DIRECTOR, destination: M_ROUTER },
          ip: { ...fields, source: VIP, destination: CIP, ttl: 64 },
          icmp: { ...icmp, operation: 'reply' },
          payload: new Uint8Array(length).fill(7),
        });
        assertSent(new Rig(directorConfig()).learn(ROUTER, M_ROUTER).give(given).sent, expected);
      }
  });
});

describe('a frame that is no frame', () => {
  it('is nothing, whatever stands behind it in its buffer, and where the buffer ends with it', () => {
    const { forwarder } = new Rig(directorConfig()).learn(RIP, M_SERVER).port;
    const bytes = request(5);
    for (let length = 0; length < 14; length++)
      for (const room of [length, bytes.length]) {
        const frame = makeFrame(room);
        frame.bytes.set(bytes.subarray(0, room), frame.start);
        frame.end = frame.start + length;
        const { count, rule, input } = forwarder.receive(frame, 0);
        assert.deepEqual([count, input], [0, false], `${length} of ${room} ${rule}`);
      }
    assert.ok(Object.values(forwarder.counters().drops).every((count) => count === 0));
  });
});
