interface Version<K, V> {
  readonly key: K;
  value: V;
  /** Of the journey that it came with. */
  readonly order: number;
  /** What was there before, as long as it can come back. */
  before: Version<K, V> | undefined;
}

/** A map whose values carry the order in which they came: the latest are taken back by dropping them. */
export class Versions<K, V> {
  readonly #latest = new Map<K, Version<K, V>>();
  /** Those that can be dropped, in their order. */
  #recent: Version<K, V>[] = [];

  get(key: K): V | undefined {
    return this.#latest.get(key)?.value;
  }

  /** @param order Not less than of any before. */
  set(key: K, value: V, order: number): void {
    const version = { key, value, order, before: this.#latest.get(key) };
    this.#latest.set(key, version);
    this.#recent.push(version);
  }

  /** As if nothing had come from this order on. @returns Whose values are others now. */
  takeBack(order: number): K[] {
    const keys: K[] = [];
    for (let last = this.#recent.at(-1); last && last.order >= order; last = this.#recent.at(-1)) {
      this.#recent.pop();
      const { key, before } = last;
      if (before) this.#latest.set(key, before);
      else this.#latest.delete(key);
      keys.push(key);
    }
    return keys;
  }

  /** What came up to this order stays. */
  settle(order: number): void {
    let old = 0;
    for (; old < this.#recent.length && this.#recent[old]!.order <= order; old++)
      this.#recent[old]!.before = undefined;
    if (old > 0) this.#recent = this.#recent.slice(old);
  }

  /** @param kept What is left of a value; `undefined` when nothing is. */
  sweep(kept: (value: V) => V | undefined): void {
    for (const [key, latest] of this.#latest) {
      for (let version: typeof latest | undefined = latest; version; version = version.before) {
        const value = kept(version.value);
        if (value !== undefined) version.value = value;
        else if (version === latest) this.#latest.delete(key);
      }
    }
  }
}
