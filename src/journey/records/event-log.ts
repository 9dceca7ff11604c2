import type { DecisionEvent, LabEvent } from '../../lab/events.ts';
import type { FrameStore } from './frame-store.ts';

/** Events in order of time. Side by side, since there are many: an object for each would take as long as joining it. */
export interface Batch {
  readonly events: readonly LabEvent[];
  /** The record number of each that is a frame; otherwise 0. */
  readonly numbers: readonly number[];
  /** All that are kept, from the start, because one of them belongs before what was joined. */
  readonly again: boolean;
  /** Of these, the ones that were joined before. */
  readonly known: ReadonlySet<LabEvent>;
}

type Other = Exclude<LabEvent, { readonly kind: 'frame' }>;

/** However late events come, none are held back longer than this for them. */
const MOST_PATIENT_NS = 1e9;
const TEXTS = 1000;
const NONE: ReadonlySet<LabEvent> = new Set();

/**
 * Events as they came, handed on in order of time. Engines keep that order, so at first nothing is held back. Once an
 * event came too late, others are held for twice as long as it was late, and the next one like it costs nothing.
 */
export class EventLog {
  readonly #frames: FrameStore;
  /** Handed on, in order of time: frames by number. */
  #past: (number | Other)[] = [];
  #next: LabEvent[] = [];
  #numbers: number[] = [];
  /** These are in order of time, as they nearly always are. */
  #isInOrder = true;
  #latestNs = -Infinity;
  readonly #texts = new Map<string, string>();
  #number = 0;
  #newestNs = 0;
  #patienceNs = 0;
  /** Something was added since the last `take`. */
  hasNews = false;

  constructor(frames: FrameStore) {
    this.#frames = frames;
  }

  add(event: LabEvent): void {
    const number = event.kind === 'frame' ? ++this.#number : 0;
    if (event.kind === 'frame') this.#frames.add(number, event);
    const { timeNs } = event;
    this.#next.push(event.kind === 'decision' ? this.#slim(event) : event);
    this.#numbers.push(number);
    if (timeNs < this.#latestNs) this.#isInOrder = false;
    this.#latestNs = timeNs;
    if (timeNs > this.#newestNs) this.#newestNs = timeNs;
    this.hasNews = true;
  }

  /**
   * The events to be joined now.
   * @param all Also those that earlier ones may still come before.
   * @param joinedNs The latest event that was joined.
   */
  take(all: boolean, joinedNs: number): Batch {
    this.hasNews = false;
    if (!this.#isInOrder) this.#sort();
    const next = this.#next;
    const numbers = this.#numbers;
    const lateNs = next.length === 0 ? 0 : joinedNs - next[0]!.timeNs;
    if (lateNs > 0) {
      this.#patienceNs = Math.min(MOST_PATIENT_NS, Math.max(this.#patienceNs, lateNs * 2));
      return this.#again();
    }
    const untilNs = all ? Infinity : this.#newestNs - this.#patienceNs;
    let ready = next.length;
    while (ready > 0 && next[ready - 1]!.timeNs > untilNs) ready--;
    this.#keep(next.slice(ready), numbers.slice(ready));
    next.length = numbers.length = ready;
    this.#remember(next, numbers);
    return { events: next, numbers, again: false, known: NONE };
  }

  /** Decisions are many and stay: what they name stands once. */
  #slim(event: DecisionEvent): DecisionEvent {
    const { reason, service, server, connection, detail } = event;
    const slim: { -readonly [K in keyof DecisionEvent]: DecisionEvent[K] } = {
      kind: 'decision',
      timeNs: event.timeNs,
      node: this.#once(event.node),
      framesIn: event.framesIn.slice(),
      framesOut: event.framesOut.slice(),
      relation: this.#once(event.relation),
      rule: this.#once(event.rule),
    };
    if (reason !== undefined) slim.reason = this.#once(reason);
    if (service !== undefined) slim.service = this.#once(service);
    if (server !== undefined) slim.server = this.#once(server);
    if (connection !== undefined) slim.connection = connection;
    if (detail !== undefined) slim.detail = this.#once(detail);
    return slim;
  }

  #once<T extends string>(text: T): T {
    const known = this.#texts.get(text);
    if (known !== undefined) return known as T;
    // What schedulers weigh may be different each time.
    if (this.#texts.size < TEXTS) this.#texts.set(text, text);
    return text;
  }

  /**
   * Forgets frames that are not kept, and what was decided and told about them.
   * @param requests Numbers of those that are not kept either.
   * @param mostHosts Of what hosts told without any frame, the newest are kept.
   */
  sweep(oldestNs: number, requests: ReadonlySet<number>, mostHosts: number): void {
    const hosts = this.#past.filter((one) => typeof one !== 'number' && one.kind === 'host') as Other[];
    const hostsNs = Math.max(oldestNs, hosts.at(-mostHosts)?.timeNs ?? oldestNs);
    this.#past = this.#past.filter((one) => {
      if (typeof one === 'number') return this.#frames.has(one);
      if (one.kind === 'request') return !requests.has(one.id);
      if (one.kind === 'host') return one.timeNs >= hostsNs;
      return one.kind !== 'decision' || one.timeNs >= oldestNs;
    });
  }

  /** Events that were added and not taken. */
  get waiting(): number {
    return this.#next.length;
  }

  #again(): Batch {
    const known = new Set<LabEvent>();
    const events: LabEvent[] = [];
    const numbers: number[] = [];
    for (const one of this.#past) {
      const event = typeof one === 'number' ? this.#frames.get(one) : one;
      if (event === undefined) continue;
      known.add(event);
      events.push(event);
      numbers.push(typeof one === 'number' ? one : 0);
    }
    this.#next = events.concat(this.#next);
    this.#numbers = numbers.concat(this.#numbers);
    this.#sort();
    const batch: Batch = { events: this.#next, numbers: this.#numbers, again: true, known };
    this.#past = [];
    this.#remember(batch.events, batch.numbers);
    this.#keep([], []);
    return batch;
  }

  #remember(events: readonly LabEvent[], numbers: readonly number[]): void {
    for (let i = 0; i < events.length; i++) {
      const event = events[i]!;
      this.#past.push(event.kind === 'frame' ? numbers[i]! : event);
    }
  }

  /** What is held back; in order of time. */
  #keep(next: LabEvent[], numbers: number[]): void {
    this.#next = next;
    this.#numbers = numbers;
    this.#isInOrder = true;
    this.#latestNs = next.at(-1)?.timeNs ?? -Infinity;
  }

  /** By time; those of one time stay as they came. */
  #sort(): void {
    const [events, numbers] = [this.#next, this.#numbers];
    const places = events.map((_, place) => place).sort((a, b) => events[a]!.timeNs - events[b]!.timeNs);
    this.#next = places.map((place) => events[place]!);
    this.#numbers = places.map((place) => numbers[place]!);
  }
}
