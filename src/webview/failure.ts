import type { Message } from './panel-state.ts';

/** What somebody asked for and did not get. */
export function failure(error: unknown): Message {
  return { words: error instanceof Error ? error.message : String(error), bad: true };
}
