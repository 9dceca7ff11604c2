import type { EventSink } from '../engine.ts';
import type { LabEvent } from '../events.ts';

/** Told at once at most: what hearing them takes counts towards the slice of time in which they happen. */
const MOST = 8;

/** What happens in one go, told together: a call for each event would cost whoever listens more than the event itself. */
export class EventBatch {
  readonly #sink: EventSink;
  #events: LabEvent[] = [];
  #isTelling = false;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  add(event: LabEvent): void {
    this.#events.push(event);
    if (this.#events.length >= MOST) this.tell();
  }

  /** To be called before anybody else gets their turn. What happens because of what is told is told after it. */
  tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      while (this.#events.length > 0) {
        const events = this.#events;
        this.#events = [];
        this.#sink(events);
      }
    } finally {
      this.#isTelling = false;
    }
  }
}
