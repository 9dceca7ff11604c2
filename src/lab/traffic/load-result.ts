/** What a load run came to, as its client counted. */
export interface LoadResult {
  /** Answered ones. */
  readonly requests: number;
  /** Of the requests that failed: refused, reset, timed out. */
  readonly errors: number;
  /** How long it really took. */
  readonly durationNs: number;
  /** Bytes that the client received, heads included. */
  readonly bytes: number;
  /** Time to an answer, in nanoseconds: the median and the 99th percentile; 0 when there was none. */
  readonly p50Ns: number;
  readonly p99Ns: number;
  /** Ended before its time because the engine makes no more requests than so in one load. */
  readonly limited: boolean;
}
