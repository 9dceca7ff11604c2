import type { SignedIpv4 } from '../../packet/address.ts';
import type { Candidate, Scheduler, SchedulerFlag, SchedulerKind } from './scheduler.ts';
import { commonDivisor, largestWeight, sharesByWeight } from './weights.ts';

/** Primes, as the permutations need: those that a kernel can be built with (CONFIG_IP_VS_MH_TAB_INDEX, 8 to 17). */
const SIZES = [251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071];
/** The size IPVS takes by default (CONFIG_IP_VS_MH_TAB_INDEX=12). */
const USUAL_SIZE = 4093;
/** Turns a server takes in one round are cut to this many bits (ip_vs_mh_shift_weight). */
const TURN_BITS = 6;

/**
 * Maglev hashing (ip_vs_mh.c; Eisenbud et al., NSDI 2016, section 3.4). Servers fill a table in turn, each along a
 * permutation of its own: when one of N leaves, few clients of the others move. A drained server keeps its entries, by
 * the weight it had, and its clients are refused, or with `fallback` hashed again. The hash is MurmurHash3's finaliser
 * where the kernel has SipHash.
 */
export class Mh implements Scheduler {
  private candidates: readonly Candidate[] = [];
  entries: Int32Array;
  private entry = 0;
  private readonly fallback: boolean;
  private readonly withPort: boolean;

  constructor(flags: readonly SchedulerFlag[], size = USUAL_SIZE) {
    this.entries = makeTable([], size);
    this.fallback = flags.includes('fallback');
    this.withPort = flags.includes('port');
  }

  update(candidates: readonly Candidate[]): void {
    this.candidates = candidates;
    this.entries = makeTable(candidates, this.entries.length);
  }

  pick(client: SignedIpv4, _vip: SignedIpv4, clientPort: number): number {
    const key = this.withPort ? (client + clientPort) | 0 : client;
    const size = this.entries.length;
    const first = hash(key, 1) % size;
    this.entry = first;
    // As `ip_vs_mh_get_fallback`: the offset goes into the hash, so that a server's clients spread over the others.
    for (let step = 0; this.fallback && !this.takes(this.entry) && step < size; step++)
      this.entry = hash(key + ((step + first) % size), 1) % size;
    return this.entries[this.entry]!;
  }

  explain(): string {
    return `mh: ${this.entry}/${this.entries.length}`;
  }

  private takes(entry: number): boolean {
    return (this.candidates[this.entries[entry]!]?.weight ?? 0) > 0;
  }
}

function makeTable(candidates: readonly Candidate[], size: number): Int32Array {
  const table = new Int32Array(size).fill(-1);
  const weights = candidates.map(({ lastWeight }) => lastWeight);
  const divisor = commonDivisor(weights);
  if (divisor === 0) return table;
  const bits = 32 - Math.clz32(largestWeight(weights) / divisor);
  const shift = Math.max(0, bits - TURN_BITS);
  const walkers = candidates.flatMap(({ address, port, lastWeight }, place) => {
    if (lastWeight <= 0) return [];
    const key = (address + port) | 0;
    const turns = Math.max(1, (lastWeight / divisor) >> shift);
    return [{ place, turns, at: hash(key, 1) % size, skip: (hash(key, 2) % (size - 1)) + 1 }];
  });
  for (let filled = 0; ;) {
    for (const walker of walkers) {
      for (let turn = 0; turn < walker.turns; turn++) {
        while (table[walker.at]! >= 0) walker.at = (walker.at + walker.skip) % size;
        table[walker.at] = walker.place;
        if (++filled === size) return table;
      }
    }
  }
}

function hash(value: number, seed: number): number {
  let h = Math.imul(value ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const mh: SchedulerKind = {
  make: (flags, tableSize) => new Mh(flags, tableSize),
  tableSizes: SIZES,
  hasFlags: true,
  shares: (weights, flags) =>
    flags.includes('fallback') && weights.includes(0) ? undefined : sharesByWeight(weights),
};
