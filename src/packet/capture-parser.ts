import type { Capture } from './capture.ts';

/** How far a window was read. */
export interface Progress {
  /** Bytes that are done with. */
  readonly used: number;
  /** The window must have so many bytes from there on before more can be read; 0 when nothing behind it can be. */
  readonly needs: number;
}

/** Reads one format, window after window. */
export interface CaptureParser {
  /** What was read so far: the same object, which grows. */
  readonly capture: Capture;
  /**
   * Reads what is whole in `bytes`; records are views into them.
   * @param base Where they stand in the file.
   * @param isLast Nothing follows: what is not whole is cut.
   */
  read(bytes: Uint8Array, base: number, isLast: boolean): Progress;
  /** Gives up the oldest records; the others keep their numbers. */
  drop(count: number): void;
}

/** What of a file is waited for, at the most: what claims to be longer is damaged, unless it is there as a whole. */
export const MOST_AWAITED = 64 << 20;

/** Reads a file that is there as a whole. */
export function readWhole(parser: CaptureParser, bytes: Uint8Array): Capture {
  parser.read(bytes, 0, true);
  return parser.capture;
}
