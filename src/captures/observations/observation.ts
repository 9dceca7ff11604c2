/** What frames show by themselves, whatever anybody promises. */
export interface Observation {
  /** Text `captures.observed.CODE`. */
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  /** Indices of the frame events that show it. */
  readonly frames: readonly number[];
}
