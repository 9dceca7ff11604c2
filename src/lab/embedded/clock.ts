import { EventQueue, type QueuedEvent } from './event-queue.ts';

export interface Timer {
  /** Harmless when it has already fired. */
  cancel(): void;
}

/**
 * `matters`: a run is not settled while it is pending (a frame on a wire, a request's timeout).
 * `background`: upkeep that nobody waits for (TIME_WAIT, idle connections, ageing of neighbours).
 */
export type Weight = 'matters' | 'background';

/** The time as hosts see it, in nanoseconds since the start of the lab. */
export interface Clock {
  now(): number;
  after(delayNs: number, run: () => void, weight?: Weight): Timer;
}

/** Time that moves only from one queued event to the next. */
export class VirtualClock implements Clock {
  readonly #queue = new EventQueue<ClockEvent>();
  #now = 0;
  #sequence = 0;
  #mattering = 0;

  now(): number {
    return this.#now;
  }

  /** Nothing that is queued matters to anybody. */
  get settled(): boolean {
    return this.#mattering === 0;
  }

  after(delayNs: number, run: () => void, weight: Weight = 'matters'): Timer {
    const event = new ClockEvent(
      this.#now + Math.max(0, delayNs),
      ++this.#sequence,
      run,
      weight,
      this.#release,
    );
    if (weight === 'matters') this.#mattering += 1;
    this.#queue.push(event);
    return event;
  }

  /** When the next event is due that matters; `undefined` when none does. Looks at all of them. */
  nextThatMatters(): number | undefined {
    if (this.settled) return undefined;
    let least = Infinity;
    for (const { done, weight, timeNs } of this.#queue)
      if (!done && weight === 'matters') least = Math.min(least, timeNs);
    return least;
  }

  /** When the next event is due. */
  next(): number | undefined {
    let event = this.#queue.peek();
    while (event?.done) {
      this.#queue.pop();
      event = this.#queue.peek();
    }
    return event?.timeNs;
  }

  /** Goes to the next event and runs it. */
  step(): void {
    if (this.next() === undefined) return;
    const event = this.#queue.pop()!;
    this.#now = event.timeNs;
    event.cancel();
    event.run();
  }

  /** Runs everything due up to and including `timeNs`, and stands there afterwards. */
  runUntil(timeNs: number): void {
    for (let next = this.next(); next !== undefined && next <= timeNs; next = this.next()) this.step();
    this.#now = Math.max(this.#now, timeNs);
  }

  /** Forgets everything queued. */
  clear(): void {
    for (let event = this.#queue.pop(); event !== undefined; event = this.#queue.pop()) event.cancel();
  }

  readonly #release = (weight: Weight): void => {
    if (weight === 'matters') this.#mattering -= 1;
  };
}

class ClockEvent implements QueuedEvent, Timer {
  readonly timeNs: number;
  readonly sequence: number;
  readonly run: () => void;
  readonly weight: Weight;
  readonly #release: (weight: Weight) => void;
  done = false;

  constructor(
    timeNs: number,
    sequence: number,
    run: () => void,
    weight: Weight,
    release: (weight: Weight) => void,
  ) {
    this.timeNs = timeNs;
    this.sequence = sequence;
    this.run = run;
    this.weight = weight;
    this.#release = release;
  }

  cancel(): void {
    if (this.done) return;
    this.done = true;
    this.#release(this.weight);
  }
}

/** The same clock, for work that nobody waits for. */
export function inBackground(clock: Clock): Clock {
  return { now: () => clock.now(), after: (delayNs, run) => clock.after(delayNs, run, 'background') };
}
