/** Segments that may be in flight at the start (RFC 6928). */
const INITIAL_SEGMENTS = 10;
/** Duplicate acknowledgements that prove a hole (RFC 5681, section 3.2). */
export const DUPLICATES_FOR_LOSS = 3;

/** How much may be in flight, in bytes: slow start, congestion avoidance and NewReno recovery (RFC 5681, RFC 6582). */
export class Congestion {
  #window = 0;
  #threshold = Number.MAX_SAFE_INTEGER;
  /** The highest sequence number sent when the loss was noticed; recovery lasts until it is acknowledged. */
  recoverUpTo: number | undefined;
  duplicates = 0;

  get window(): number {
    return this.#window;
  }

  start(segmentSize: number): void {
    this.#window = INITIAL_SEGMENTS * segmentSize;
  }

  acknowledged(bytes: number, segmentSize: number): void {
    if (this.#window < this.#threshold) this.#window += Math.min(bytes, segmentSize);
    else this.#window += Math.max(1, Math.floor((segmentSize * segmentSize) / this.#window));
  }

  /** A hole was noticed while later segments still arrive: halve. */
  lossNoticed(inFlight: number, segmentSize: number, recoverUpTo: number): void {
    this.#threshold = Math.max(Math.floor(inFlight / 2), 2 * segmentSize);
    this.#window = this.#threshold;
    this.recoverUpTo = recoverUpTo;
  }

  recovered(): void {
    this.recoverUpTo = undefined;
    this.duplicates = 0;
  }

  /** Nothing arrives any more: start again with one segment. */
  timedOut(inFlight: number, segmentSize: number): void {
    this.#threshold = Math.max(Math.floor(inFlight / 2), 2 * segmentSize);
    this.#window = segmentSize;
    this.recovered();
  }
}
