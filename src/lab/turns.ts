/** Work that must not overlap: each begins when the one before has ended, however that ended. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as the work does. */
  next<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything begun so far has ended. */
  async over(): Promise<void> {
    await this.#last;
  }
}
