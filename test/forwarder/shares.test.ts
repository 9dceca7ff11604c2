import assert from 'node:assert/strict';
import { schedulers, type SchedulerName } from '../../src/forwarder/schedulers/registry.ts';
import type { SchedulerKind } from '../../src/forwarder/schedulers/scheduler.ts';
import { asSignedIpv4 } from '../../src/packet/address.ts';

const CLIENTS = 10_000;

describe('the shares that schedulers promise', () => {
  for (const [name, kind] of Object.entries(schedulers) as [SchedulerName, SchedulerKind][])
    it(`${name}: are those that many clients get`, () => {
      for (const weights of [[1, 1], [3, 1], [2, 0, 2], [0, 4, 1], [0, 0], [1], [1, 0]]) {
        const promised = kind.shares(weights, []);
        const seen = sharesOfMany(kind, weights);
        promised?.forEach((share, place) => {
          // Hashing deals by chance.
          const difference = Math.abs(seen[place]! - share);
          assert.ok(difference < 0.03, `${weights.join()}: ${seen[place]!}, not ${share}`);
        });
        // Where all are drained a hash still knows whose a client was: nobody gets any.
        if (weights.every((weight) => weight === 0)) assert.deepEqual(promised ?? [0, 0], [0, 0]);
      }
    });

  it('are promised by all but those that look at the VIP, or at how full a server is', () => {
    const promised = (weights: readonly number[]): Record<string, readonly number[] | undefined> =>
      Object.fromEntries(Object.entries(schedulers).map(([name, kind]) => [name, kind.shares(weights, [])]));
    const even = [0.5, 0.5, 0];
    const weighted = [0.25, 0.75, 0];
    // A drained server keeps a bucket, whose clients are refused.
    const dealt = [0.2, 0.6, 0];
    assert.deepEqual(promised([1, 3, 0]), {
      rr: even,
      wrr: weighted,
      lc: even,
      wlc: weighted,
      sed: weighted,
      nq: weighted,
      sh: dealt,
      dh: undefined,
      mh: weighted,
      fo: [0, 1, 0],
      ovf: undefined,
    });
    assert.deepEqual(schedulers.fo.shares([2, 1, 2], []), [1, 0, 0]);
    assert.deepEqual(schedulers.fo.shares([1, 0], []), [1, 0]);
    assert.deepEqual(schedulers.wrr.shares([0, 1], []), [0, 1]);
    assert.deepEqual(schedulers.fo.shares([0, 0], []), undefined);
    assert.deepEqual(schedulers.rr.shares([0, 0], []), undefined);
  });

  it('may hang on flags of the hashes of clients alone', () => {
    const withFlags = Object.entries(schedulers).flatMap(([name, kind]) => (kind.hasFlags ? [name] : []));
    assert.deepEqual(withFlags, ['sh', 'mh']);
  });

  it('of a hash that falls back are not told where somebody is drained: who comes next is chance', () => {
    for (const kind of [schedulers.sh, schedulers.mh]) {
      assert.equal(kind.shares([2, 0, 2], ['fallback']), undefined);
      assert.deepEqual(kind.shares([1, 3], ['fallback']), [0.25, 0.75]);
    }
  });
});

/** Of so many clients, each of whose connections stays; those that are refused are nobody's. */
function sharesOfMany({ make }: SchedulerKind, weights: readonly number[]): readonly number[] {
  const candidates = weights.map((weight, place) => ({
    name: `rs${place}`,
    address: asSignedIpv4(0x0a000200 + place * 7),
    port: 80,
    weight,
    lastWeight: weight,
    active: 0,
    inactive: 0,
  }));
  const scheduler = make([]);
  scheduler.update(candidates);
  const counts = weights.map(() => 0);
  for (let client = 0; client < CLIENTS; client++) {
    const place = scheduler.pick(asSignedIpv4(Math.imul(client, 0x9e3779b1)), asSignedIpv4(1), 1000);
    const chosen = candidates[place];
    if (chosen === undefined || chosen.weight === 0) continue;
    chosen.active++;
    counts[place]!++;
  }
  return counts.map((count) => count / CLIENTS);
}
