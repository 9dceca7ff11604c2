import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ErrorLimit } from '../../src/forwarder/error-limit.ts';
import { asSignedIpv4 } from '../../src/packet/address.ts';

const count = (limit: ErrorLimit, peer: number, times: readonly number[], type = 11, code = 0): number =>
  times.filter((now) => limit.allows(type, code, asSignedIpv4(peer), now)).length;
const every = (milliseconds: number, many: number): number[] =>
  Array.from({ length: many }, (_, i) => i * milliseconds);

describe('the rate of ICMP errors', () => {
  it('six at once, then one a second, to each peer', () => {
    const limit = new ErrorLimit();
    assert.equal(count(limit, 1, every(1, 100)), 6);
    assert.equal(count(limit, 2, [100]), 1);
    assert.deepEqual(
      [999, 1000, 1001, 2000].map((now) => limit.allows(3, 3, asSignedIpv4(1), now)),
      [false, true, false, true],
    );
    // What was not used is saved up, six at most.
    assert.equal(count(limit, 1, Array<number>(20).fill(1_000_000)), 6);
  });

  it('a 3/4 is not held back, and costs nothing', () => {
    const limit = new ErrorLimit();
    assert.equal(count(limit, 1, every(1, 100), 3, 4), 100);
    assert.equal(count(limit, 1, every(1, 100)), 6);
  });

  it('switched off, it allows everything', () => {
    const limit = new ErrorLimit();
    limit.enabled = false;
    assert.equal(count(limit, 1, every(1, 100)), 100);
  });

  it('all peers together: 50 at once, then 1000 a second', () => {
    const limit = new ErrorLimit();
    let allowed = 0;
    for (let peer = 0; peer < 3000; peer++)
      if (limit.allows(11, 0, asSignedIpv4(peer), peer < 1000 ? 0 : 500)) allowed++;
    assert.equal(allowed, 100);
  });

  it('all peers together: what comes back is one a millisecond', () => {
    const limit = new ErrorLimit();
    let peer = 0;
    const allowed = (many: number, now: number): number => {
      let count = 0;
      for (let i = 0; i < many; i++) if (limit.allows(11, 0, asSignedIpv4(++peer), now)) count++;
      return count;
    };
    assert.equal(allowed(1000, 0), 50);
    for (const [now, expected] of [
      [1, 1],
      [2, 1],
      [12, 10],
      [61, 49],
      [161, 50],
    ] as const)
      assert.equal(allowed(1000, now), expected, `at ${now} ms`);
  });

  it('who was refused as one of many has lost nothing of its own', () => {
    const limit = new ErrorLimit();
    for (let peer = 0; peer < 50; peer++) limit.allows(11, 0, asSignedIpv4(peer), 0);
    assert.equal(count(limit, 99, Array<number>(10).fill(0)), 0);
    assert.equal(count(limit, 99, Array<number>(10).fill(50)), 6);
  });

  it('forgets whose bucket is full again, at that moment, also behind somebody who goes on', () => {
    const limit = new ErrorLimit();
    limit.allows(11, 0, asSignedIpv4(1), 0);
    limit.allows(11, 0, asSignedIpv4(2), 999);
    assert.equal(limit.size, 2);
    limit.allows(11, 0, asSignedIpv4(3), 1000);
    assert.equal(limit.size, 2);
    for (let peer = 4; peer < 100; peer++) {
      limit.allows(11, 0, asSignedIpv4(3), peer * 1000);
      limit.allows(11, 0, asSignedIpv4(peer), peer * 1000);
    }
    assert.ok(limit.size <= 3, String(limit.size));
  });

  it('forgets them also when somebody asks so often that its own bucket is never full', () => {
    const limit = new ErrorLimit();
    for (let peer = 1; peer < 100; peer++) {
      limit.allows(11, 0, asSignedIpv4(0), peer * 600);
      limit.allows(11, 0, asSignedIpv4(peer), peer * 600);
    }
    // The one that goes on, and those of the last second.
    assert.equal(limit.size, 3);
  });

  it('never more than burst and rate allow, and what it remembers is bounded', () => {
    const calls = fc.array(fc.tuple(fc.nat(40), fc.nat(300)), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(calls, (asked) => {
        const limit = new ErrorLimit();
        const sent: { readonly peer: number; readonly at: number }[] = [];
        let now = 0;
        for (const [peer, wait] of asked) {
          now += wait;
          if (limit.allows(11, 0, asSignedIpv4(peer), now)) sent.push({ peer, at: now });
        }
        for (const { peer, at } of sent) {
          const since = sent.filter((one) => one.peer === peer && one.at <= at && one.at > at - 4000);
          assert.ok(since.length <= 6 + 4);
        }
        const lately = new Set(sent.filter(({ at }) => at > now - 6000).map(({ peer }) => peer));
        // Buckets are thrown out when another is begun, so those of the last error's moment may still stand.
        const last = sent.at(-1)?.at ?? 0;
        const then = new Set(sent.filter(({ at }) => at > last - 6000).map(({ peer }) => peer));
        assert.ok(limit.size <= Math.max(lately.size, then.size));
      }),
    );
    const flooded = new ErrorLimit();
    for (let peer = 0; peer < 200_000; peer++) flooded.allows(11, 0, asSignedIpv4(peer), peer / 5);
    assert.ok(flooded.size <= 6050, String(flooded.size));
  });
});
