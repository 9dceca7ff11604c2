/** After an auto-save: so long without typing before the file is taken to the lab. */
export const QUIET_MS = 1000;

export type SaveReason = 'manual' | 'automatic' | 'on-disk';

/**
 * When a saved file goes to its running lab. A manual save and a change on disk do so at once; an automatic save only
 * after a second without typing, and only when the file has no errors: half a word is no wish.
 */
export class ReloadTiming {
  readonly #apply: (uri: string) => void;
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(apply: (uri: string) => void) {
    this.#apply = apply;
  }

  saved(uri: string, reason: SaveReason): void {
    this.#cancel(uri);
    if (reason !== 'automatic') {
      this.#apply(uri);
      return;
    }
    this.#wait(uri);
  }

  /** Typing puts off what waits. */
  typed(uri: string): void {
    if (!this.#waiting.has(uri)) return;
    this.#cancel(uri);
    this.#wait(uri);
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #wait(uri: string): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(uri);
      this.#apply(uri);
    }, QUIET_MS);
    this.#waiting.set(uri, timer);
  }

  #cancel(uri: string): void {
    clearTimeout(this.#waiting.get(uri));
    this.#waiting.delete(uri);
  }
}
