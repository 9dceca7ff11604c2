import type { LessonName } from './lessons.ts';

/** Rows that say what a lesson without a mistake is about. */
export type Lookout =
  /** What the director changes in the first request. */
  | 'director-changes'
  /** The way that an answer's data takes. */
  | 'largest-reply'
  /** The first request after each change, also those that the file makes by itself. */
  | 'each-epoch'
  /** The first request of each client. */
  | 'each-client';

/** By lesson; in all others something goes wrong, and the recording itself says where. */
export const lookouts: Readonly<Partial<Record<LessonName, readonly Lookout[]>>> = {
  bandwidth: ['largest-reply'],
  'bandwidth-dnat': ['largest-reply'],
  load: ['director-changes'],
  'client-address-hidden': ['director-changes'],
  'drained-server': ['each-epoch'],
  'hash-reshuffle': ['each-client'],
};
