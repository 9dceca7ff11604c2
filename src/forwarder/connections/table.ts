import type { SignedIpv4 } from '../../packet/address.ts';
import { hashKey } from './hash.ts';
import * as at from './layout.ts';

/** Slots of the index hold 8 bits of hash and 24 bits of `connection * 2 + direction + 1`. */
export const MOST_CONNECTIONS = (1 << 23) - 1;

const FIRST_CONNECTIONS = 64;

/**
 * Connections in one Int32Array (see `layout.ts`), found through an open-addressing index with linear probing that is
 * never more than half full. Both grow by doubling: the packet that makes them grow pays for the copy. 64 bytes per
 * connection and 4 per index slot: at most 96 bytes each when a million connections have two keys.
 */
export class ConnectionTable {
  words = new Int32Array(FIRST_CONNECTIONS * at.WORDS);
  /** Entries in use: connections, and the templates of persistence. */
  live = 0;
  private index = new Int32Array(FIRST_CONNECTIONS * 4);
  private mask = FIRST_CONNECTIONS * 4 - 1;
  private keys = 0;
  /** Entries from here on were never used. */
  private fresh = 0;
  /** First of the freed entries, chained through WHEEL_NEXT. */
  private free = -1;
  private serial = 0;

  /** Most entries; what comes on top is refused. */
  limit: number;
  private readonly seed: number;

  /** `seed`: any 32 bits. Outside of tests nobody may know them, see `hash.ts`. */
  constructor(limit: number, seed: number) {
    this.limit = limit;
    this.seed = seed | 0;
  }

  /** Bytes held by the table and its index. */
  get memory(): number {
    return this.words.byteLength + this.index.byteLength;
  }

  /**
   * The connection of a packet with these addresses, ports and protocol, as signed words: `connection * 2 + direction`
   * (0 request, 1 reply); -1 when there is none.
   */
  findKey(source: SignedIpv4, destination: SignedIpv4, ports: number, protocol: number): number {
    const hash = hashKey(this.seed, source, destination, ports, protocol);
    const { index, words, mask } = this;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = index[slot]!;
      if (entry === 0) return -1;
      if (entry >>> 24 !== hash >>> 24) continue;
      const found = (entry & 0xff_ffff) - 1;
      if (holdsKey(words, found, source, destination, ports, protocol)) return found;
    }
  }

  /** The hash that a key is found by. */
  hash(source: SignedIpv4, destination: SignedIpv4, ports: number, protocol: number): number {
    return hashKey(this.seed, source, destination, ports, protocol);
  }

  /** For each of these hashes, the slot of the index where the search for its key begins. */
  readIndex(hashes: Int32Array, slots: Int32Array, count: number): void {
    const { index, mask } = this;
    for (let i = 0; i < count; i++) slots[i] = index[hashes[i]! & mask]!;
  }

  /** What `findKey` would look at first for a key of this hash, found as it says, or -1; `slot` is what `readIndex` read. */
  guess(hash: number, slot: number): number {
    const { index, mask } = this;
    let entry = slot;
    for (let place = hash & mask; entry !== 0 && entry >>> 24 !== hash >>> 24; entry = index[place]!)
      place = (place + 1) & mask;
    return (entry & 0xff_ffff) - 1;
  }

  /** Whether `found`, which may be any number, is in use and has this key. */
  holds(
    found: number,
    source: SignedIpv4,
    destination: SignedIpv4,
    ports: number,
    protocol: number,
  ): boolean {
    const { words } = this;
    // A number below 0 is a large one without its sign.
    if (found >>> 0 >= this.fresh * 2) return false;
    const base = baseOf(found);
    return (
      holdsKey(words, found, source, destination, ports, protocol) &&
      words[base + at.SERIAL] !== 0 &&
      ((found & 1) === 0 || (words[base]! & at.HAS_REPLY_KEY) !== 0)
    );
  }

  /** Whether a second connection has the same key as `found`, a result of `find`. */
  isAmbiguous(found: number): boolean {
    const { index, words, mask } = this;
    const key = keyOf(found);
    const [source, destination] = [at.addressOf(words, key), at.addressOf(words, key + 1)];
    const ports = words[key + 2]!;
    const protocol = words[baseOf(found)]! & 0xff;
    const hash = hashKey(this.seed, source, destination, ports, protocol);
    for (let slot = hash & mask; index[slot] !== 0; slot = (slot + 1) & mask) {
      const other = (index[slot]! & 0xff_ffff) - 1;
      if (other !== found && holdsKey(words, other, source, destination, ports, protocol)) return true;
    }
    return false;
  }

  /** A cleared entry with a new serial number, not yet in the index; -1 when the table is full. */
  allocate(): number {
    if (this.live >= this.limit || this.live >= MOST_CONNECTIONS) return -1;
    let connection = this.free;
    if (connection >= 0) {
      this.free = this.words[(connection << at.LOG2_WORDS) + at.WHEEL_NEXT]!;
    } else {
      connection = this.fresh++;
      if (connection << at.LOG2_WORDS >= this.words.length) this.growEntries();
    }
    const base = connection << at.LOG2_WORDS;
    this.words.fill(0, base, base + at.WORDS);
    this.words[base + at.SERIAL] = ++this.serial;
    this.live++;
    return connection;
  }

  /** Makes the connection findable by its request (direction 0) or its reply (1). */
  addKey(connection: number, direction: number): void {
    if ((this.keys + 1) * 2 > this.index.length) this.growIndex();
    this.insert(connection * 2 + direction);
    this.keys++;
    if (direction === 1) this.words[connection << at.LOG2_WORDS]! |= at.HAS_REPLY_KEY;
  }

  /** The same entry under another protocol, of its request: it is no longer found by the old one. */
  rename(connection: number, protocol: number): void {
    this.removeKey(connection * 2);
    const base = connection << at.LOG2_WORDS;
    this.words[base] = (this.words[base]! & ~0xff) | protocol;
    this.insert(connection * 2);
    this.keys++;
  }

  /** Takes the connection out of the index and gives its entry back. */
  remove(connection: number): void {
    const base = connection << at.LOG2_WORDS;
    this.removeKey(connection * 2);
    if ((this.words[base]! & at.HAS_REPLY_KEY) !== 0) this.removeKey(connection * 2 + 1);
    this.release(connection);
  }

  /** Gives back an entry that was never put into the index. */
  release(connection: number): void {
    const base = connection << at.LOG2_WORDS;
    this.words[base + at.SERIAL] = 0;
    this.words[base + at.WHEEL_NEXT] = this.free;
    this.free = connection;
    this.live--;
  }

  /** The numbers of all connections in use; templates are none. */
  *connections(): Generator<number> {
    for (const entry of this.entries())
      if ((this.words[entry << at.LOG2_WORDS]! & at.IS_TEMPLATE) === 0) yield entry;
  }

  /** The numbers of all entries in use, templates among them. */
  *entries(): Generator<number> {
    for (let entry = 0; entry < this.fresh; entry++)
      if (this.words[(entry << at.LOG2_WORDS) + at.SERIAL] !== 0) yield entry;
  }

  private insert(found: number): void {
    const hash = this.hashOf(found);
    let slot = hash & this.mask;
    while (this.index[slot] !== 0) slot = (slot + 1) & this.mask;
    this.index[slot] = (hash & 0xff00_0000) | (found + 1);
  }

  /** Backward-shift deletion: no tombstones, so probe runs stay short however long the table lives. */
  private removeKey(found: number): void {
    const { index, mask } = this;
    let hole = this.hashOf(found) & mask;
    const entry = found + 1;
    while ((index[hole]! & 0xff_ffff) !== entry) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; index[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.hashOf((index[slot]! & 0xff_ffff) - 1) & mask;
      // An entry may move back into the hole only if the hole is not before its home slot.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      index[hole] = index[slot]!;
      hole = slot;
    }
    index[hole] = 0;
    this.keys--;
  }

  private hashOf(found: number): number {
    const { words } = this;
    const key = keyOf(found);
    return hashKey(this.seed, words[key]!, words[key + 1]!, words[key + 2]!, words[baseOf(found)]! & 0xff);
  }

  private growEntries(): void {
    const larger = new Int32Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
  }

  private growIndex(): void {
    const old = this.index;
    this.index = new Int32Array(old.length * 2);
    this.mask = this.index.length - 1;
    for (const entry of old) if (entry !== 0) this.insert((entry & 0xff_ffff) - 1);
  }
}

function baseOf(found: number): number {
  return (found >> 1) << at.LOG2_WORDS;
}

function keyOf(found: number): number {
  return baseOf(found) + ((found & 1) === 0 ? at.REQUEST_SOURCE : at.REPLY_SOURCE);
}

function holdsKey(
  words: Int32Array,
  found: number,
  source: SignedIpv4,
  destination: SignedIpv4,
  ports: number,
  protocol: number,
): boolean {
  const key = keyOf(found);
  return (
    words[key] === source &&
    words[key + 1] === destination &&
    words[key + 2] === ports &&
    (words[baseOf(found)]! & 0xff) === protocol
  );
}
