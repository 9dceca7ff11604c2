/** 1 shows flows, 2 their packets too, 3 the hops as well. */
export type Level = 1 | 2 | 3;

/** What is unfolded: a level for all, and rows that were opened or closed in spite of it. */
export class Folding {
  readonly level: Level;
  readonly #chosen: ReadonlyMap<string, boolean>;

  /** @param turned Keys of rows that are the other way round than their level has them. */
  constructor(level: Level, turned: Iterable<string> = [], chosen: ReadonlyMap<string, boolean> = new Map()) {
    this.level = level;
    this.#chosen = new Map([
      ...chosen,
      ...[...turned].map((key) => [key, !this.#isOpenByLevel(key)] as const),
    ]);
  }

  /**
   * @param key A flow's (`f7`), a packet's (`j12`), or that of ARP flows folded into one (`a3`).
   * @param byItself Whether it opens at any level, until somebody closes it.
   */
  isOpen(key: string, byItself = false): boolean {
    return this.#chosen.get(key) ?? (byItself || this.#isOpenByLevel(key));
  }

  with(key: string, open: boolean): Folding {
    if (this.#chosen.get(key) === open) return this;
    return new Folding(this.level, [], new Map([...this.#chosen, [key, open]]));
  }

  #isOpenByLevel(key: string): boolean {
    return this.level >= (key.startsWith('j') ? 3 : 2);
  }
}
