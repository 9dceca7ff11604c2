import type { Capture } from '../packet/capture.ts';

/** One recording as it was read, with what people call it. */
export interface CaptureSource {
  /** What its notes call it: the file's name. */
  readonly name: string;
  readonly capture: Capture;
  /** Who recorded it, where somebody said so. */
  readonly node?: string;
}
