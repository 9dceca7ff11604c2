import { gunzip } from '../captures/gunzip.ts';
import { CaptureReader } from '../packet/capture-reader.ts';
import type { Capture } from '../packet/capture.ts';

/** What is kept of a stream, at the most; of more, the newest. */
export const STREAM_LIMITS = { frames: 500_000, bytes: 256 << 20 };
/** So much is given up at once. */
const SHARE = 0.25;
/** Between two tellings; and so many times as long as the last one took, so that most of the time is for reading. */
const LEAST_MS = 1000;
const TIMES = 4;

export interface StreamOptions {
  /** Resolves when somebody ends it. */
  readonly end: Promise<void>;
  /** Tells what is there so far, after there was more, and once again when there was not. */
  readonly tell: (capture: Capture) => void;
  /** Called when the oldest were given up. */
  readonly dropped: (frames: number) => void;
  readonly limits?: typeof STREAM_LIMITS;
  readonly leastMs?: number;
}

/** A capture that somebody is making, in pieces, up to its end: told on the way, within limits. */
export async function readStream(
  pieces: AsyncIterable<Uint8Array>,
  { end, tell, dropped, limits = STREAM_LIMITS, leastMs = LEAST_MS }: StreamOptions,
): Promise<Capture> {
  const reader = new CaptureReader();
  const kept = new Kept(reader, limits);
  let isEnded = false;
  const read = async (): Promise<void> => {
    for await (const piece of gunzip(pieces)) {
      // What comes after the end is not looked at.
      if (isEnded) return;
      reader.add(piece);
      const count = kept.limit();
      if (count > 0) dropped(count);
    }
  };
  // A stream that breaks has ended.
  const over = Promise.race([read().catch(() => undefined), end]).then(() => void (isEnded = true));
  let toldCount = 0;
  let isSettled = true;
  for (let waitMs = leastMs; ;) {
    await pauseOr(waitMs, over);
    if (isEnded) return reader.end();
    const { capture } = reader;
    if (capture === undefined || (kept.count === toldCount && isSettled)) continue;
    isSettled = kept.count === toldCount;
    toldCount = kept.count;
    const began = performance.now();
    tell(capture);
    waitMs = Math.max(leastMs, (performance.now() - began) * TIMES);
  }
}

/** Counts what a reader holds, and gives up the oldest. */
class Kept {
  /** All that there were. */
  count = 0;
  readonly #reader: CaptureReader;
  readonly #limits: typeof STREAM_LIMITS;
  #bytes = 0;

  constructor(reader: CaptureReader, limits: typeof STREAM_LIMITS) {
    this.#reader = reader;
    this.#limits = limits;
  }

  /** @returns How many were given up. */
  limit(): number {
    const { capture } = this.#reader;
    if (capture === undefined) return 0;
    const { records, first = 1 } = capture;
    for (let at = this.count - first + 1; at < records.length; at++) this.#bytes += records[at]!.bytes.length;
    this.count = first - 1 + records.length;
    if (records.length <= this.#limits.frames && this.#bytes <= this.#limits.bytes) return 0;
    let gone = 0;
    const [mostFrames, mostBytes] = [this.#limits.frames * (1 - SHARE), this.#limits.bytes * (1 - SHARE)];
    while (gone < records.length && (records.length - gone > mostFrames || this.#bytes > mostBytes))
      this.#bytes -= records[gone++]!.bytes.length;
    this.#reader.drop(gone);
    return gone;
  }
}

async function pauseOr(ms: number, over: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const pause = new Promise<void>((resolve) => void (timer = setTimeout(resolve, ms)));
  await Promise.race([pause, over]);
  clearTimeout(timer);
}
