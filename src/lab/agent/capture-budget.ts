import type { CaptureDetail } from '../events.ts';

/** Frames a second at one capture point that are recorded whole for as long as they come: some 30,000 in a lab. */
export const DEFAULT_FRAMES_PER_SECOND = 4000;
/** Seconds of the budget that may be spent at once: a download is no flood. */
const BURST_S = 5;
/** Headers are so much cheaper to send, keep and show. */
const HEADERS_FACTOR = 4;
const HEADERS_BURST_S = 1;
/** A flood is over when a second went by in which at most this share of the budget came. */
const CALM_SHARE = 0.5;
const CALM_MS = 1000;

/**
 * The packet budget of one capture point: whether it records whole frames, headers only, or merely counts. Each level is
 * a bucket that fills with time and empties with frames; down goes the level at once when its bucket is empty, up when
 * it has been calm for a second. The time is an argument, in milliseconds.
 */
export class CaptureBudget {
  readonly #perSecond: number;
  #detail: CaptureDetail = 'frames';
  #whole: number;
  #headers: number;
  #nowMs: number;
  /** Frames since `#calmFromMs`. */
  #recent = 0;
  #calmFromMs: number;

  /** `framesPerSecond` may be Infinity: everything is recorded whole. */
  constructor(framesPerSecond: number, nowMs: number) {
    this.#perSecond = framesPerSecond;
    this.#whole = framesPerSecond * BURST_S;
    this.#headers = framesPerSecond * HEADERS_FACTOR * HEADERS_BURST_S;
    this.#nowMs = nowMs;
    this.#calmFromMs = nowMs;
  }

  get detail(): CaptureDetail {
    return this.#detail;
  }

  /** So many frames came since the last call. Returns what is to be recorded of them, and from now on. */
  spend(frames: number, nowMs: number): CaptureDetail {
    const seconds = Math.max(0, nowMs - this.#nowMs) / 1000;
    this.#nowMs = Math.max(nowMs, this.#nowMs);
    this.#whole = refilled(this.#whole, this.#perSecond, BURST_S, seconds) - frames;
    this.#headers = refilled(this.#headers, this.#perSecond * HEADERS_FACTOR, HEADERS_BURST_S, seconds);
    if (this.#detail !== 'frames') this.#headers -= frames;
    this.#recent += frames;
    if (this.#detail === 'frames' && this.#whole < 0) this.#fall('headers');
    if (this.#detail === 'headers' && this.#headers < 0) this.#fall('counters');
    if (this.#nowMs - this.#calmFromMs >= CALM_MS) this.#judgeCalm();
    return this.#detail;
  }

  #judgeCalm(): void {
    const perSecond = (this.#recent * 1000) / (this.#nowMs - this.#calmFromMs);
    if (perSecond <= this.#perSecond * CALM_SHARE) this.#detail = 'frames';
    else if (this.#detail === 'counters' && perSecond <= this.#perSecond * HEADERS_FACTOR * CALM_SHARE)
      this.#detail = 'headers';
    this.#calmFromMs = this.#nowMs;
    this.#recent = 0;
  }

  #fall(detail: CaptureDetail): void {
    this.#detail = detail;
    this.#calmFromMs = this.#nowMs;
    this.#recent = 0;
  }
}

/** Never more than the burst, and not deeper in debt than one: a flood's end is not waited for. */
function refilled(tokens: number, perSecond: number, burstS: number, seconds: number): number {
  const most = perSecond * burstS;
  if (most === Infinity) return Infinity;
  return Math.max(-perSecond, Math.min(most, tokens + perSecond * seconds));
}
