/** Texts that records name by number. The first is empty; the view mirrors the table and is told only what is new. */
export class StringTable {
  readonly #indices = new Map<string, number>([['', 0]]);
  #fresh: string[] = [];

  indexOf(text: string): number {
    let index = this.#indices.get(text);
    if (index === undefined) {
      index = this.#indices.size;
      this.#indices.set(text, index);
      this.#fresh.push(text);
    }
    return index;
  }

  /** What was added since the last call. */
  takeFresh(): string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
