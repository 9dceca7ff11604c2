/**
 * A small seeded generator (mulberry32), so that loss and initial sequence numbers are the same on every run.
 * Not for secrets.
 */
export class Random {
  #state: number;

  /** `name` gives every user its own stream: what one consumes does not shift another's. */
  constructor(seed: number, name = '') {
    this.#state = (seed ^ nameHash(name)) >>> 0;
  }

  /** A 32-bit unsigned integer. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** Evenly in [0, 1). */
  share(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** Evenly in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.share() * limit);
  }
}

/** FNV-1a over the UTF-16 units. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
