/** Idle for longer than both, a stretch of time is drawn short: what happened is to be told apart, not the waiting. */
const LEAST_IDLE_NS = 2e9;
const LEAST_SHARE = 0.1;
/** What each such stretch takes of the strip, beside all the time that is drawn at its length. */
const BREAK = 0.04;

type Span = readonly [fromNs: number, toNs: number];

/** Where on a strip a moment lies: evenly, but for long idle stretches, which are cut short. Shares are from 0 to 1. */
export class TimeScale {
  readonly startNs: number;
  readonly endNs: number;
  /** Middles of the stretches that are cut short. */
  readonly breaks: readonly number[];
  /** Moments and their shares, both ascending; between two of them time goes evenly. */
  readonly #knots: readonly { readonly timeNs: number; readonly share: number }[];

  /** @param busy When something was under way, in any order; what lies outside of the range does not matter. */
  constructor(startNs: number, endNs: number, busy: Iterable<Span>) {
    this.startNs = startNs;
    this.endNs = endNs;
    const idle = idleIn(startNs, endNs, busy);
    const idleNs = idle.reduce((sum, [from, to]) => sum + to - from, 0);
    const evenNs = Math.max(1, endNs - startNs - idleNs);
    const drawnNs = evenNs * (1 + BREAK * idle.length);
    const breaks: number[] = [];
    const knots = [{ timeNs: startNs, share: 0 }];
    let beforeNs = 0;
    for (const [index, [from, to]] of idle.entries()) {
      const share = (from - startNs - beforeNs + index * BREAK * evenNs) / drawnNs;
      const width = (BREAK * evenNs) / drawnNs;
      knots.push({ timeNs: from, share }, { timeNs: to, share: share + width });
      breaks.push(share + width / 2);
      beforeNs += to - from;
    }
    knots.push({ timeNs: endNs, share: 1 });
    this.#knots = knots;
    this.breaks = breaks;
  }

  /** Below 0 before the range and above 1 after it. */
  shareAt(timeNs: number): number {
    if (timeNs < this.startNs) return -1;
    if (timeNs > this.endNs) return 2;
    const [low, high] = this.#around((knot) => knot.timeNs >= timeNs);
    return between(timeNs, low.timeNs, high.timeNs, low.share, high.share);
  }

  timeAt(share: number): number {
    const [low, high] = this.#around((knot) => knot.share >= share);
    return between(share, low.share, high.share, low.timeNs, high.timeNs);
  }

  #around(isBeyond: (knot: { readonly timeNs: number; readonly share: number }) => boolean) {
    const at = this.#knots.findIndex(isBeyond);
    const high = at < 0 ? this.#knots.length - 1 : Math.max(1, at);
    return [this.#knots[high - 1]!, this.#knots[high]!] as const;
  }
}

/** Linearly from one range to another; the end of an empty range is its start. */
function between(value: number, low: number, high: number, first: number, last: number): number {
  return high === low ? first : first + ((value - low) / (high - low)) * (last - first);
}

function idleIn(startNs: number, endNs: number, busy: Iterable<Span>): Span[] {
  const leastNs = Math.max(LEAST_IDLE_NS, (endNs - startNs) * LEAST_SHARE);
  const idle: Span[] = [];
  let untilNs = startNs;
  const add = (toNs: number) => {
    if (toNs - untilNs > leastNs) idle.push([untilNs, toNs]);
  };
  for (const [from, to] of [...busy].sort(([a], [b]) => a - b)) {
    if (from >= endNs) break;
    add(from);
    untilNs = Math.max(untilNs, to);
  }
  add(endNs);
  return idle;
}
