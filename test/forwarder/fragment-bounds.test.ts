import assert from 'node:assert/strict';
import { buildIpv4 } from '../../src/packet/build.ts';
import { CIP, DIP, M_DIRECTOR, M_INSIDE, M_ROUTER, M_SERVER, type Rig, RIP, VIP } from './rig.ts';
import { allSent, cut, datagram, service, start, texts, WIDE } from './fragment-rig.ts';

/** How much may wait, how long, and what is forgotten. */

const LIMIT = 4 << 20;
/** Of a fragment that waits, besides its payload: its headers, and the room before them. */
const HEADERS = 34 + 14 + 20;
const LONG = 8976;
const PAYLOAD = new Uint8Array(LONG);

/** Neither the first nor the last of its datagram. */
const piece = (id: number, offset: number, length: number): Uint8Array =>
  buildIpv4({
    ethernet: { source: M_ROUTER, destination: M_INSIDE },
    ip: { source: CIP, destination: VIP, protocol: 17, id, fragmentOffset: offset, moreFragments: true },
    payload: PAYLOAD.subarray(0, length),
  });

const told = (rig: Rig, frame: Uint8Array): string => {
  const [decision] = rig.give(frame, 1).decisions;
  return `${decision!.relation} ${decision!.reason ?? ''} ${decision!.framesIn.length}`;
};

/** Fills what may wait to the last byte, six fragments to a datagram. */
function fill(rig: Rig): void {
  // Sizes are 4 more than a multiple of 8, and the limit is a multiple of 8: an even number of them.
  const count = 2 * Math.ceil(LIMIT / (LONG + HEADERS) / 2);
  const units = LIMIT / 8 - (count * HEADERS) / 8;
  for (let i = 0; i < count; i++) {
    const length = 8 * (Math.floor(units / count) + (i < units % count ? 1 : 0));
    assert.match(told(rig, piece(Math.floor(i / 6), 8 + (i % 6) * LONG, length)), /^held/);
  }
}

describe('fragments that wait', () => {
  it('take 4 MiB and not a byte more; of what has left, nothing counts', () => {
    const rig = start(service('dr'));
    // One whole, one that was damaged, one whose first fragment came late, a hundred that nothing came to.
    for (const frame of cut(datagram({ macs: WIDE, ports: [5000, 54], id: 2001 }), 16)) rig.give(frame, 1);
    for (const at of [8, 12]) rig.give(piece(2002, at * 8, 64), 1);
    for (const frame of cut(datagram({ macs: WIDE, id: 2003 }), 16).toReversed()) rig.give(frame, 1);
    for (let id = 2004; id < 2104; id++) rig.give(piece(id, 8, 8), 1);
    rig.pass(30_000);
    assert.deepEqual(rig.drops(), { 'no-connection': 1, 'bad-fragment': 1, 'fragment-timeout': 100 });

    fill(rig);
    assert.equal(told(rig, piece(3000, 8, 8)), 'dropped fragments-full 1');
    // One of a datagram that waits takes all of it along, and there is room again.
    assert.equal(told(rig, piece(0, 8 + 6 * LONG, 8)), 'dropped fragments-full 7');
    assert.equal(told(rig, piece(3000, 8, 8)), 'held  1');
  });

  it('are told once, when their time is over or one of them is bad: then the ID is free for others', () => {
    const rig = start(service('dnat', true));
    const whole = datagram({
      macs: [M_DIRECTOR, M_SERVER],
      addresses: [DIP, RIP],
      ports: [40000, 53],
      ttl: 62,
    });
    const [first, last] = cut(datagram(), 16);
    rig.give(last!);
    assert.equal(rig.pass(30_000).decisions.length, 1);
    assert.equal(rig.pass(30_000).decisions.length, 0);
    rig.give(last!);
    assert.equal(rig.give(cut(datagram(), 24)[0]!).decisions[0]!.reason, 'bad-fragment');
    rig.sent.length = 0;
    assert.equal(rig.give(first!).decisions[0]!.relation, 'held');
    rig.give(last!);
    assert.deepEqual(allSent(rig), texts(cut(whole, 16)));
  });

  it('and went with their first one are not waited for any more', () => {
    const rig = start(service('dr'));
    for (const frame of cut(datagram(), 16).toReversed()) rig.give(frame);
    assert.deepEqual(rig.pass(30_000), { sent: [], decisions: [] });
  });
});

describe('the way of a first fragment', () => {
  it('is known for 30 s to the millisecond, whatever else happens meanwhile', () => {
    const [first, middle, last] = cut(datagram(), 16, 64);
    const rig = start(service('dr'));
    rig.give(first!);
    rig.now += 29_999;
    assert.equal(rig.give(middle!).decisions[0]!.relation, 'forwarded');
    rig.now += 1;
    assert.equal(rig.give(last!).decisions[0]!.relation, 'held');
  });

  it('is known of the last 1024', () => {
    const rig = start(service('dr'));
    const lasts = Array.from({ length: 1025 }, (_, id) => {
      const [first, last] = cut(datagram({ id }), 16);
      rig.give(first!);
      return last!;
    });
    assert.deepEqual(
      [0, 1, 1024].map((id) => rig.give(lasts[id]!).decisions[0]!.relation),
      ['held', 'forwarded', 'forwarded'],
    );
  });
});
