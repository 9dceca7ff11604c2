import type { ClockHost } from '../../../src/captures/clocks/readings.ts';
import type { ClockPair } from '../../../src/captures/clocks/pairs.ts';

/** A computer's clock: what it reads at a true time, in nanoseconds. */
export type Clock = (trueNs: number) => bigint;

const START = 1_700_000_000_000_000_000n;

export const right: Clock = (ns) => START + BigInt(Math.round(ns));

/** A clock that is `off` ahead, gains `ppm`, and is set by `step` at `stepAt`. */
export function wrong(off: number, ppm = 0, step = 0, stepAt = Infinity): Clock {
  return (ns) => START + BigInt(Math.round(ns + off + ns * ppm * 1e-6 + (ns >= stepAt ? step : 0)));
}

/** The same numbers on every run. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

export interface Simulation {
  readonly clocks: Readonly<Record<string, Clock>>;
  /** Hosts in the order in which a packet passes them. */
  readonly ways: readonly (readonly string[])[];
  readonly packets: number;
  readonly lengthNs: number;
  readonly delayNs: number;
  readonly seed: number;
}

/** Packets at random times along the ways; a pair for any two hosts of a way, as `findPairs` has them. */
export function simulate({ clocks, ways, packets, lengthNs, delayNs, seed }: Simulation): {
  readonly hosts: readonly ClockHost[];
  readonly pairs: readonly ClockPair[];
  /** True times at which each host recorded something, ascending. */
  readonly moments: ReadonlyMap<string, readonly number[]>;
} {
  const random = randomOf(seed);
  const moments = new Map(Object.keys(clocks).map((host): [string, number[]] => [host, []]));
  const pairs: ClockPair[] = [];
  for (let i = 0; i < packets; i++) {
    let now = random() * lengthNs;
    const way = ways[Math.floor(random() * ways.length)]!;
    const passed: { host: string; inNs: number; outNs: number }[] = [];
    for (const host of way) {
      const inNs = now;
      now += 1000 + random() * 5000;
      passed.push({ host, inNs, outNs: now });
      moments.get(host)!.push(inNs, now);
      // Most are prompt, some wait.
      now += delayNs * (1 + (random() < 0.3 ? random() * 20 : random() * 0.2));
    }
    passed.forEach((left, index) => {
      for (const reached of passed.slice(index + 1))
        pairs.push({
          from: left.host,
          sentNs: clocks[left.host]!(left.outNs),
          to: reached.host,
          receivedNs: clocks[reached.host]!(reached.inNs),
        });
    });
  }
  for (const list of moments.values()) list.sort((a, b) => a - b);
  const hosts = [...moments].map(([name, list]) => ({ name, times: list.map(clocks[name]!) }));
  return { hosts, pairs, moments };
}
