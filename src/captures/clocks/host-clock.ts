/** From here on, until the next piece begins: a line. */
export interface ClockPiece {
  /** By the host's own clock. */
  readonly fromNs: bigint;
  /** The last time that the host told before the next piece. */
  readonly untilNs: bigint;
  /** What is added at `fromNs`. */
  readonly addNs: bigint;
  /** What more is added for each nanosecond after that: 5e-4 are 500 ppm. */
  readonly rate: number;
}

/** How a host's clock becomes the common one, and how sure that is. */
export interface HostClock {
  readonly host: string;
  /** At least one, in order of time; the first also holds for what is earlier. A further one begins where the clock was set. */
  readonly pieces: readonly ClockPiece[];
  /** The true value is within the piece's, give or take so much; `undefined` when it is bounded on one side, or not at all. */
  readonly halfWidthNs: number | undefined;
  /**
   * `reference`: the common clock is this host's. `given`: set by hand. `both`: packets went both ways. `at-most`,
   * `at-least`: packets went one way only, and what is added may be less, or more, by an unknown amount. `unknown`: no packet was
   * seen here and at a host whose clock is known; nothing is added.
   */
  readonly bound: 'reference' | 'given' | 'both' | 'at-most' | 'at-least' | 'unknown';
}

/** A time of the host (by its own clock) on the common clock. It keeps the order of the host's own times. */
export function onCommonClock({ pieces }: HostClock, timeNs: bigint): bigint {
  let index = pieces.length - 1;
  while (index > 0 && pieces[index]!.fromNs > timeNs) index--;
  const here = valueOf(pieces[index]!, timeNs);
  // Two lines need not meet; what is later on the host is later everywhere.
  const before = index > 0 ? valueOf(pieces[index - 1]!, pieces[index - 1]!.untilNs) : here;
  return before > here ? before : here;
}

function valueOf({ fromNs, addNs, rate }: ClockPiece, timeNs: bigint): bigint {
  if (rate === 0) return timeNs + addNs;
  return timeNs + addNs + BigInt(Math.round(Number(timeNs - fromNs) * rate));
}
