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

  readonly #idle: readonly Span[];
  /** So much time would take the whole strip where none is cut short. */
  readonly #drawnNs: number;

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
    this.#idle = idle;
    this.#drawnNs = drawnNs;
    this.breaks = breaks;
  }

  /**
   * Round moments since the start with their shares, at least a `most`-th of the strip apart; none where time is cut short, and
   * none at the ends.
   */
  marks(most: number): { readonly sinceNs: number; readonly share: number }[] {
    const { startNs, endNs } = this;
    const stepNs = roundAbove(this.#drawnNs / most);
    const marks: { readonly sinceNs: number; readonly share: number }[] = [];
    let last = 0;
    for (let count = 1; startNs + count * stepNs < endNs; count++) {
      const idle = this.#idle.find(
        ([from, to]) => from < startNs + count * stepNs && startNs + count * stepNs < to,
      );
      if (idle) {
        count = Math.ceil((idle[1] - startNs) / stepNs) - 1;
        continue;
      }
      const sinceNs = count * stepNs;
      const share = this.shareAt(startNs + sinceNs);
      if (share - last < 1 / most || share > 1 - 0.5 / most) continue;
      marks.push({ sinceNs, share });
      last = share;
    }
    return marks;
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

/** 1, 2 or 5 with noughts: the least that is not below. */
function roundAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return power * ([1, 2, 5].find((digit) => digit * power >= value) ?? 10);
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
