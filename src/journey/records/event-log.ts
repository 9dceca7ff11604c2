import type { DecisionEvent, LabEvent } from '../../lab/events.ts';
import type { FrameStore } from './frame-store.ts';

/** An event with its record number, if it is a frame; otherwise 0. */
export interface Entry {
  readonly event: LabEvent;
  readonly number: number;
  /** It was joined before. */
  readonly again: boolean;
}

type Other = Exclude<LabEvent, { readonly kind: 'frame' }>;

/** However late events come, none are held back longer than this for them. */
const MOST_PATIENT_NS = 1e9;
const TEXTS = 1000;

/**
 * Events as they came, handed on in order of time. Engines keep that order, so at first nothing is held back. Once an
 * event came too late, others are held for twice as long as it was late, and the next one like it costs nothing.
 */
export class EventLog {
  readonly #frames: FrameStore;
  /** Handed on, in order of time: frames by number. */
  #past: (number | Other)[] = [];
  #next: Entry[] = [];
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
    this.#next.push({ event: event.kind === 'decision' ? this.#slim(event) : event, number, again: false });
    if (event.timeNs > this.#newestNs) this.#newestNs = event.timeNs;
    this.hasNews = true;
  }

  /**
   * The events to be joined now; with `again`, all that are kept, from the start, because one of them belongs before
   * what was joined.
   * @param all Also those that earlier ones may still come before.
   * @param joinedNs The latest event that was joined.
   */
  take(all: boolean, joinedNs: number): { readonly again: boolean; readonly entries: readonly Entry[] } {
    this.hasNews = false;
    const next = inTimeOrder(this.#next);
    const lateNs = next.length === 0 ? 0 : joinedNs - next[0]!.event.timeNs;
    if (lateNs > 0) {
      this.#patienceNs = Math.min(MOST_PATIENT_NS, Math.max(this.#patienceNs, lateNs * 2));
      this.#next = [];
      return { again: true, entries: this.#again(next) };
    }
    const untilNs = all ? Infinity : this.#newestNs - this.#patienceNs;
    let ready = next.length;
    while (ready > 0 && next[ready - 1]!.event.timeNs > untilNs) ready--;
    const entries = ready === next.length ? next : next.slice(0, ready);
    this.#next = ready === next.length ? [] : next.slice(ready);
    this.#remember(entries);
    return { again: false, entries };
  }

  /** Decisions are many and stay: what they name stands once. */
  #slim(event: DecisionEvent): DecisionEvent {
    const { reason, service, server, connection, detail } = event;
    return {
      kind: 'decision',
      timeNs: event.timeNs,
      node: this.#once(event.node),
      framesIn: event.framesIn.slice(),
      framesOut: event.framesOut.slice(),
      relation: this.#once(event.relation),
      rule: this.#once(event.rule),
      ...(reason !== undefined && { reason: this.#once(reason) }),
      ...(service !== undefined && { service: this.#once(service) }),
      ...(server !== undefined && { server: this.#once(server) }),
      ...(connection !== undefined && { connection }),
      ...(detail !== undefined && { detail: this.#once(detail) }),
    };
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

  #again(next: readonly Entry[]): readonly Entry[] {
    const past = this.#past.flatMap((one): Entry[] => {
      if (typeof one !== 'number') return [{ event: one, number: 0, again: true }];
      const event = this.#frames.get(one);
      return event ? [{ event, number: one, again: true }] : [];
    });
    const entries = inTimeOrder([...past, ...next]);
    this.#past = [];
    this.#remember(entries);
    return entries;
  }

  #remember(entries: readonly Entry[]): void {
    for (const { event, number } of entries) this.#past.push(event.kind === 'frame' ? number : event);
  }
}

/** Stable, and free when they are in order already, as they nearly always are. */
function inTimeOrder(entries: Entry[]): Entry[] {
  const ordered = entries.every(({ event }, i) => i === 0 || entries[i - 1]!.event.timeNs <= event.timeNs);
  return ordered ? entries : entries.toSorted((a, b) => a.event.timeNs - b.event.timeNs);
}
