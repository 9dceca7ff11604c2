import * as at from './layout.ts';
import type { ConnectionTable } from './table.ts';

const LOG2_TICK = 6;
const TICK = 1 << LOG2_TICK;
const SLOTS = 1024;

/**
 * When connections end. A hashed timing wheel of 1024 slots of 64 ms (Varghese and Lauck, 1987), its lists threaded
 * through the connection entries. A packet only writes its connection's expiry word: an entry found in a slot that has
 * passed is looked at again, and put back when the word says later. So an entry leaves the table up to 64 ms late;
 * whoever finds one by a packet compares the word itself, and is exact.
 */
export class ExpiryWheel {
  private readonly heads = new Int32Array(SLOTS).fill(-1);
  /** Milliseconds. */
  private time: number;
  private tick: number;
  /** No entry is in a slot before this tick. */
  private earliest = 0;

  private readonly table: ConnectionTable;

  constructor(table: ConnectionTable, now: number) {
    this.table = table;
    this.time = now;
    this.tick = Math.floor(now / TICK);
  }

  /** Whether `advance` would look at any slot. */
  isDue(now: number): boolean {
    return now >= (this.tick + 1) * TICK;
  }

  add(connection: number): void {
    const { words } = this.table;
    const base = connection << at.LOG2_WORDS;
    this.link(connection, this.time + ((words[base + at.EXPIRY]! - (this.time | 0)) | 0));
  }

  remove(connection: number): void {
    const { words } = this.table;
    const base = connection << at.LOG2_WORDS;
    const next = words[base + at.WHEEL_NEXT]!;
    const previous = words[base + at.WHEEL_PREVIOUS]!;
    if (previous < 0) this.heads[-1 - previous] = next;
    else words[(previous << at.LOG2_WORDS) + at.WHEEL_NEXT] = next;
    if (next >= 0) words[(next << at.LOG2_WORDS) + at.WHEEL_PREVIOUS] = previous;
  }

  /** When it is due: calls `expire` for each connection whose time is over; it is no longer in the wheel then. */
  advance(now: number, expire: (connection: number) => void): void {
    const target = Math.floor(now / TICK);
    const from = this.tick;
    const before = this.time;
    this.time = now;
    this.tick = target;
    const last = Math.min(target - from, SLOTS);
    for (let i = 0; i < last; i++) this.empty((from + i) % SLOTS, before, now, expire);
  }

  /** The same for those that `advance` will only come to when the present tick is over. */
  catchUp(now: number, expire: (connection: number) => void): void {
    this.empty(this.tick % SLOTS, this.time, now, expire);
  }

  /** When to call `advance` next, in milliseconds; Infinity when nothing can expire. */
  nextTimer(): number {
    if (this.table.live === 0) return Infinity;
    this.earliest = Math.max(this.earliest, this.tick);
    const end = this.tick + SLOTS;
    while (this.earliest < end && this.heads[this.earliest % SLOTS]! < 0) this.earliest++;
    return (this.earliest + 1) * TICK;
  }

  private empty(slot: number, before: number, now: number, expire: (connection: number) => void): void {
    let connection = this.heads[slot]!;
    this.heads[slot] = -1;
    while (connection >= 0) {
      const base = connection << at.LOG2_WORDS;
      const { words } = this.table;
      const next = words[base + at.WHEEL_NEXT]!;
      // From the last time on: right even when the clock jumped by more than 2^31 ms in between.
      const expiry = before + ((words[base + at.EXPIRY]! - (before | 0)) | 0);
      if (expiry <= now) expire(connection);
      else this.link(connection, expiry);
      connection = next;
    }
  }

  private link(connection: number, expiry: number): void {
    // Beyond the last slot: looked at there, and put back again.
    const tick = Math.min(Math.max(Math.floor(expiry / TICK), this.tick), this.tick + SLOTS - 1);
    if (tick < this.earliest) this.earliest = tick;
    const slot = tick % SLOTS;
    const { words } = this.table;
    const base = connection << at.LOG2_WORDS;
    const head = this.heads[slot]!;
    words[base + at.WHEEL_NEXT] = head;
    words[base + at.WHEEL_PREVIOUS] = -1 - slot;
    if (head >= 0) words[(head << at.LOG2_WORDS) + at.WHEEL_PREVIOUS] = connection;
    this.heads[slot] = connection;
  }
}
