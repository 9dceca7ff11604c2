import type { EventSink } from '../engine.ts';
import type { LabEvent } from '../events.ts';

/** However slow the machine: nobody waits longer than that for an event. */
const LONGEST_WINDOW_NS = 2e9;
/** How much slower than the slowest event of late the next may be. */
const MARGIN = 2;
/** What is kept of the slowest delay at each release. */
const MEMORY = 0.99;

/**
 * Events of several nodes into one order by time. Each comes over a stream of its own, so it is held until whatever
 * happened before it must have arrived too: for a window that grows where events take long to arrive.
 */
export class EventOrder {
  readonly #emit: EventSink;
  readonly #leastWindowNs: number;
  /** How long the slowest event took of late. */
  #slowestNs = 0;
  /** As they came; in a flood, putting each in its place at once would take longer than everything else. */
  #held: LabEvent[] = [];
  #isSorted = true;
  #lastNs = 0;
  #late = 0;

  constructor(emit: EventSink, windowNs: number) {
    this.#emit = emit;
    this.#leastWindowNs = windowNs;
  }

  /** How long an event is held now. */
  get windowNs(): number {
    return Math.max(this.#leastWindowNs, Math.min(LONGEST_WINDOW_NS, this.#slowestNs * MARGIN));
  }

  /** Events that came too late for their place and were put at the end. */
  get late(): number {
    return this.#late;
  }

  /** An event took so long to arrive. */
  took(delayNs: number): void {
    this.#slowestNs = Math.max(this.#slowestNs, delayNs);
  }

  push(event: LabEvent): void {
    let placed = event;
    if (event.timeNs < this.#lastNs) {
      this.#late += 1;
      placed = { ...event, timeNs: this.#lastNs };
    }
    const last = this.#held.at(-1);
    if (last && last.timeNs > placed.timeNs) this.#isSorted = false;
    this.#held.push(placed);
  }

  /** Emits what has been held for the whole window at `nowNs`. */
  release(nowNs: number): void {
    this.#slowestNs *= MEMORY;
    this.#sort();
    const until = nowNs - this.windowNs;
    let count = 0;
    while (count < this.#held.length && this.#held[count]!.timeNs <= until) count += 1;
    this.#give(count);
  }

  /** Emits everything. */
  flush(): void {
    this.#sort();
    this.#give(this.#held.length);
  }

  /** Stable: of equal times the one that came first is first. */
  #sort(): void {
    if (!this.#isSorted) this.#held.sort((a, b) => a.timeNs - b.timeNs);
    this.#isSorted = true;
  }

  #give(count: number): void {
    if (count === 0) return;
    const ready = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    this.#lastNs = ready.at(-1)!.timeNs;
    this.#emit(ready);
  }
}
