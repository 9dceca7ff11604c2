/** 1 shows flows, 2 their packets too, 3 the hops as well. */
export type Level = 1 | 2 | 3;

/** What is unfolded: a level for all, and rows that were turned against it. */
export class Folding {
  readonly level: Level;
  readonly #turned: ReadonlySet<string>;

  constructor(level: Level, turned: Iterable<string> = []) {
    this.level = level;
    this.#turned = new Set(turned);
  }

  /** @param key A flow's (`f7`) or packet's (`j12`). */
  isOpen(key: string): boolean {
    const openAt = key.startsWith('f') ? 2 : 3;
    return this.level >= openAt !== this.#turned.has(key);
  }

  with(key: string, open: boolean): Folding {
    if (this.isOpen(key) === open) return this;
    const turned = new Set(this.#turned);
    if (!turned.delete(key)) turned.add(key);
    return new Folding(this.level, turned);
  }

  get turned(): readonly string[] {
    return [...this.#turned];
  }
}
