import type { ForwarderConfig } from '../../forwarder/config.ts';
import { fillFrame, makeFrame, type Frame } from '../../forwarder/frame.ts';
import { speakerFor, type Speaker, type SpeakerEvents } from '../../forwarder/vrrp/speaker.ts';
import { isUp } from './interface-count.ts';

/** An advertisement of more addresses than a file can name is shorter. */
const LONGEST_FRAME = 512;
/** How often the interface that is spoken by is looked at. */
const LOOK_MS = 100;

export interface StandInEvents {
  /** The frame is good until this returns. */
  transmit(frame: Frame): void;
  /** What was transmitted is to leave now. */
  flush(): void;
  hold(held: boolean): void;
}

/** What a forwarder's process does so that directors stand in for each other: it speaks VRRP in real time. */
export class StandIn {
  readonly #events: StandInEvents;
  readonly #spoken: SpeakerEvents;
  readonly #frame = makeFrame(LONGEST_FRAME);
  #speaker: Speaker | undefined;
  #waits = false;
  #begin: () => void = () => undefined;
  /** What it speaks by. */
  #device: string | undefined;
  #look: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;

  constructor(events: StandInEvents) {
    this.#events = events;
    this.#spoken = {
      send: (port, bytes) => {
        fillFrame(this.#frame, port, bytes);
        events.transmit(this.#frame);
      },
      hold: (held) => events.hold(held),
    };
  }

  /** Nothing is said before `begin`, whatever is to be followed. */
  wait(): void {
    this.#waits = true;
  }

  begin(): void {
    this.#waits = false;
    this.#begin();
  }

  /** Begins, goes on with other settings or is over, as the configuration says. `devices` are those of its interfaces. */
  follow(config: ForwarderConfig, devices: readonly string[]): void {
    this.#begin = () => this.follow(config, devices);
    if (this.#waits) return;
    this.#speaker = speakerFor(config, this.#speaker, this.#spoken, performance.now());
    this.#device = config.redundancy && devices[config.redundancy.port];
    clearInterval(this.#look);
    this.#look = this.#speaker && setInterval(() => this.#lookAtCarrier(), LOOK_MS);
    this.#lookAtCarrier();
  }

  /** Whether the frame was for this, and for nobody else. What is sent meanwhile leaves with the batch. */
  receive({ port, bytes, start, end }: Frame, now: number): boolean {
    if (!this.#speaker?.receive(port, bytes, start, end, now)) return false;
    this.#watch();
    return true;
  }

  /** On purpose: the others are told. */
  leave(): void {
    this.#speaker?.stop(performance.now());
    this.#events.flush();
    this.#speaker = undefined;
    clearInterval(this.#look);
    clearTimeout(this.#timer);
  }

  #lookAtCarrier(): void {
    if (this.#device !== undefined) this.#speaker?.carrier(isUp(this.#device) === true, performance.now());
    this.#watch();
    this.#events.flush();
  }

  /** A timer that has become too early is cheaper than one set anew with each advertisement. */
  #watch(): void {
    const due = this.#speaker?.nextTimer() ?? Infinity;
    if (due >= this.#dueAt) return;
    this.#dueAt = due;
    clearTimeout(this.#timer);
    // What came in while the process stood still is heard first: that nobody was listening is not silence.
    this.#timer = setTimeout(() => setImmediate(() => this.#advance()), Math.ceil(due - performance.now()));
  }

  #advance(): void {
    this.#dueAt = Infinity;
    this.#speaker?.advance(performance.now());
    this.#events.flush();
    this.#watch();
  }
}
