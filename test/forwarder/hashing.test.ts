import assert from 'node:assert/strict';
import fc from 'fast-check';
import { schedulers } from '../../src/forwarder/schedulers/registry.ts';
import type { Candidate, SchedulerFlag } from '../../src/forwarder/schedulers/scheduler.ts';
import { asSignedIpv4 } from '../../src/packet/address.ts';

/** Hash schedulers against what they are made after, in other words. */

interface Weights {
  /** Now; 0 is drained. */
  readonly weight: number;
  /** Before it was drained; 0: never had any. */
  readonly before: number;
}

const VIP = asSignedIpv4(0x0a000264);

function servers(weights: readonly Weights[]): Candidate[] {
  return weights.map(({ weight, before }, place) => ({
    name: `rs${place}`,
    address: asSignedIpv4((0xc0000210 + place * 7) | 0),
    port: 8000 + place,
    weight,
    lastWeight: weight === 0 ? before : weight,
    active: 0,
    inactive: 0,
  }));
}

/** MurmurHash3's `fmix32`, whose first step takes the seed in. */
function murmur(value: number, seed: number): number {
  const word = (number: bigint): bigint => BigInt.asUintN(32, number);
  let h = word(BigInt(value)) ^ word(BigInt(seed) * 0x9e3779b1n);
  h = word(h * 0x85ebca6bn);
  h ^= h >> 13n;
  h = word(h * 0xc2b2ae35n);
  h ^= h >> 16n;
  return Number(h);
}

const ENTRIES = 4093;

/** The table of Eisenbud et al. (NSDI 2016, figure 4.2), with as many turns in a round as ip_vs_mh.c gives by weight. */
function maglev(candidates: readonly Candidate[]): number[] {
  const weights = candidates.map(({ lastWeight }) => lastWeight);
  const largest = Math.max(0, ...weights);
  if (largest === 0) return Array<number>(ENTRIES).fill(-1);
  let divisor = largest;
  while (weights.some((weight) => weight % divisor !== 0)) divisor--;
  const bits = (largest / divisor).toString(2).length;
  const table = Array<number>(ENTRIES).fill(-1);
  const permutations = candidates.map(({ address, port }) => {
    const [offset, skip] = [
      murmur(address + port, 1) % ENTRIES,
      (murmur(address + port, 2) % (ENTRIES - 1)) + 1,
    ];
    return { offset, skip, next: 0 };
  });
  for (let filled = 0; ;)
    for (const [place, weight] of weights.entries()) {
      const turns = weight === 0 ? 0 : Math.max(1, Math.floor(weight / divisor / 2 ** Math.max(0, bits - 6)));
      for (let turn = 0; turn < turns; turn++) {
        const walk = permutations[place]!;
        const entry = (): number => (walk.offset + walk.next * walk.skip) % ENTRIES;
        while (table[entry()] !== -1) walk.next++;
        table[entry()] = place;
        if (++filled === ENTRIES) return table;
      }
    }
}

/** The buckets of ip_vs_sh.c (`ip_vs_sh_reassign`): one after another, to each server as often as its weight says. */
function dealt(weights: readonly number[]): number[] {
  let place = 0;
  let count = 0;
  return Array.from({ length: weights.length === 0 ? 0 : 256 }, () => {
    const own = place;
    if (++count >= weights[place]!) {
      place = (place + 1) % weights.length;
      count = 0;
    }
    return own;
  });
}

/** hash.h, `hash_32` to 8 bits. */
const hash8 = (value: number): number =>
  Number(BigInt.asUintN(32, BigInt.asUintN(32, BigInt(value)) * 0x61c88647n) >> 24n);

const someWeights = fc.array(
  fc.record({
    weight: fc.oneof(
      fc.constant(0),
      fc.nat(5),
      fc.nat(5).map((count) => count * 12),
      fc.nat(300),
    ),
    before: fc.nat(9),
  }),
  { maxLength: 5 },
);
const someFlags = fc.subarray<SchedulerFlag>(['fallback', 'port']);
const someClients = fc.array(fc.tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat(65535)), {
  minLength: 1,
  maxLength: 20,
});

describe('hash schedulers', () => {
  it('mh: whom the table of the paper names; with fallback, whom the first hash does that names somebody', () => {
    fc.assert(
      fc.property(someWeights, someFlags, someClients, (weights, flags, clients) => {
        const candidates = servers(weights);
        const scheduler = schedulers.mh.make(flags);
        scheduler.update(candidates);
        const table = maglev(candidates);
        const takes = (entry: number): boolean => (candidates[table[entry]!]?.weight ?? 0) > 0;
        for (const [client, port] of clients) {
          const key = flags.includes('port') ? (client + port) | 0 : client;
          const first = murmur(key, 1) % ENTRIES;
          const others = Array.from(
            {
              length: flags.includes('fallback') && candidates.some(({ weight }) => weight > 0) ? ENTRIES : 0,
            },
            (_, step) => murmur(key + ((first + step) % ENTRIES), 1) % ENTRIES,
          );
          const entry = [first, ...others].find(takes);
          const place = scheduler.pick(asSignedIpv4(client), VIP, port);
          if (entry === undefined && flags.includes('fallback')) {
            assert.ok((candidates[place]?.weight ?? 0) === 0);
            continue;
          }
          assert.equal(place, table[entry ?? first]);
          assert.equal(scheduler.explain(), `mh: ${entry ?? first}/4093`);
        }
      }),
      // Weights from where a round has fewer turns than the weight says.
      {
        numRuns: 60,
        examples: [63, 64, 127, 128, 300].map((weight): [Weights[], SchedulerFlag[], [number, number][]] => [
          [weight, 1].map((one) => ({ weight: one, before: 0 })),
          [],
          Array.from({ length: 20 }, (_, client) => [client * 7919, 5]),
        ]),
      },
    );
  });

  it('sh: whose bucket the hash names; with fallback, the next one from twice the hash on whose server takes any', () => {
    fc.assert(
      fc.property(someWeights, someFlags, someClients, (weights, flags, clients) => {
        const candidates = servers(weights);
        const scheduler = schedulers.sh.make(flags);
        scheduler.update(candidates);
        const buckets = dealt(weights.map(({ weight }) => weight));
        const takes = (bucket: number): boolean => (candidates[buckets[bucket]!]?.weight ?? 0) > 0;
        for (const [client, port] of clients) {
          const first = hash8(flags.includes('port') ? client + port : client);
          const others = Array.from(
            { length: flags.includes('fallback') ? 256 : 0 },
            (_, i) => (2 * first + i) % 256,
          );
          const bucket = [first, ...others].find(takes) ?? first;
          assert.equal(scheduler.pick(asSignedIpv4(client), VIP, port), buckets[bucket] ?? -1);
          assert.equal(scheduler.explain(), `sh: ${bucket}/256`);
        }
      }),
    );
  });

  it('dh: whose bucket the hash of the VIP names, one bucket each', () => {
    fc.assert(
      fc.property(someWeights, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (weights, vip) => {
        const scheduler = schedulers.dh.make([]);
        scheduler.update(servers(weights));
        const bucket = hash8(vip);
        assert.equal(
          scheduler.pick(asSignedIpv4(1), asSignedIpv4(vip), 5),
          dealt(weights.map(() => 1))[bucket] ?? -1,
        );
        assert.equal(scheduler.explain(), `dh: ${bucket}/256`);
      }),
    );
  });
});
