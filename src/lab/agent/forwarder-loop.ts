import { randomInt } from 'node:crypto';
import * as ethernet from '../../packet/ethernet.ts';
import type { ForwarderConfig } from '../../forwarder/config.ts';
import { DecisionTrace, hashOf } from '../../forwarder/decision-trace.ts';
import { Forwarder } from '../../forwarder/forwarder.ts';
import type { Frame } from '../../forwarder/frame.ts';
import { isProblem, type NetworkPort, type PortName } from '../../forwarder/ports/network-port.ts';
import type { Verdict } from '../../forwarder/verdict.ts';
import { Turns } from '../turns.ts';
import type { FromForwarder, ToForwarder } from './forwarder-messages.ts';
import { isDropped } from './dropped.ts';
import { describe, openPort } from './open-port.ts';
import { StandIn } from './stand-in.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** A forwarder between a network port and an agent: frames, timers, and what it is told. */
export class ForwarderLoop {
  readonly #say: (message: FromForwarder) => void;
  readonly #full: () => boolean;
  #forwarder: Forwarder | undefined;
  #trace: DecisionTrace | undefined;
  #port: NetworkPort | undefined;
  #devices: readonly string[] = [];
  readonly #standIn = new StandIn({
    transmit: (frame) => this.#port?.transmit(frame),
    flush: () => this.#port?.flush(),
    hold: (held) => this.#forwarder?.hold(held),
  });
  #opened = '';
  /** By interface: protocols that are left out. */
  #dropped: readonly (readonly number[])[] = [];
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;
  #now = performance.now();
  #lost = 0;
  /** Decisions are wanted, but not now. */
  #silent = false;
  /** Messages are taken in order, though opening a port takes a while. */
  readonly #turns = new Turns();
  #closed = false;

  /** `full`: the reader is so slow that decisions are better left out. */
  constructor(say: (message: FromForwarder) => void, full: () => boolean) {
    this.#say = say;
    this.#full = full;
  }

  /** Rejects when the message cannot be carried out. */
  hear(message: ToForwarder): Promise<void> {
    return this.#turns.next(() => this.#obey(message));
  }

  /** Whoever stands in for this forwarder is told. */
  close(): void {
    this.#closed = true;
    this.#standIn.leave();
    clearTimeout(this.#timer);
    this.#port?.close();
    this.#port = undefined;
  }

  async #obey(message: ToForwarder): Promise<void> {
    if (this.#closed) return;
    if (message.type === 'configure') {
      this.#dropped = message.interfaces.map(({ drop }) => drop ?? []);
      this.#devices = message.interfaces.map(({ name }) => name);
      if (message.waits) this.#standIn.wait();
      this.#configure(message.config, message.decisions);
      await this.#open(message.port, message.config);
      return;
    }
    const forwarder = this.#forwarder;
    if (forwarder === undefined) throw new Error(`${message.type}: not configured yet`);
    switch (message.type) {
      case 'reconfigure':
        this.#dropped = message.drop ?? this.#dropped;
        this.#configure(message.config, message.decisions ?? this.#trace !== undefined);
        this.#standIn.follow(message.config, this.#devices);
        break;
      case 'begin':
        this.#standIn.begin();
        break;
      case 'watch':
        this.#watch(forwarder, message.decisions);
        this.#silent = !message.decisions;
        this.#tellLost();
        break;
      case 'forget':
        forwarder.forgetNeighbour(message.address);
        break;
      case 'counters':
        this.#say({
          type: 'counters',
          counters: forwarder.counters(),
          interfaces: this.#port?.counts() ?? [],
        });
        break;
      case 'connections':
        this.#say({ type: 'connections', connections: [...forwarder.connections(performance.now())] });
        break;
    }
  }

  #configure(config: ForwarderConfig, decisions: boolean): void {
    const now = performance.now();
    const first = this.#forwarder === undefined;
    const forwarder = (this.#forwarder ??= new Forwarder(config, now, randomInt(2 ** 32)));
    this.#watch(forwarder, decisions);
    if (!first) this.#emit(forwarder.reconfigure(config, now), 0);
    this.#port?.flush();
    this.#watchTimer();
  }

  #watch(forwarder: Forwarder, decisions: boolean): void {
    if (!decisions) this.#trace = undefined;
    else this.#trace ??= new DecisionTrace(forwarder);
    forwarder.watched = decisions;
  }

  async #open(name: PortName, config: ForwarderConfig): Promise<void> {
    const devices = this.#devices;
    const wanted = JSON.stringify([name, devices]);
    if (wanted !== this.#opened || this.#port === undefined) {
      this.#port?.close();
      this.#port = undefined;
      const longestFrame = Math.max(...config.interfaces.map(({ mtu }) => mtu)) + ethernet.HEADER_LENGTH + 4;
      const opened = await openPort(
        name,
        { devices, longestFrame },
        {
          begin: (frames, count) => this.#begin(frames, count),
          receive: (frame) => this.#receive(frame),
          end: () => this.#watchTimer(),
          problem: (problem) => {
            // Asked for again, it is opened again.
            this.#opened = '';
            this.#say({ type: 'error', message: describe(problem) });
          },
        },
      );
      if (isProblem(opened)) throw new Error(describe(opened));
      if (this.#closed) return opened.close();
      this.#port = opened;
      this.#opened = wanted;
    }
    this.#standIn.follow(config, devices);
    this.#say({ type: 'ready', port: name });
  }

  #begin(frames: readonly Frame[], count: number): void {
    this.#now = performance.now();
    if (this.#dueAt <= this.#now) this.#advance();
    this.#forwarder?.expect(frames, count);
  }

  #receive(frame: Frame): void {
    if (isDropped(frame, this.#dropped[frame.port]!)) return;
    if (this.#standIn.receive(frame, this.#now)) return;
    const received = this.#trace === undefined ? 0 : hashOf(frame);
    this.#emit(this.#forwarder!.receive(frame, this.#now), received);
  }

  #emit(first: Verdict | undefined, received: number): void {
    const port = this.#port;
    for (let verdict = first; verdict !== undefined; verdict = verdict.next) {
      if (this.#trace !== undefined) this.#tell(verdict, received);
      else if (this.#silent && (verdict.input || verdict.count > 0)) this.#lost++;
      const { frames, count } = verdict;
      for (let i = 0; i < count; i++) port?.transmit(frames[i]!);
    }
  }

  #tell(verdict: Verdict, received: number): void {
    const decision = this.#trace?.decision(verdict, received);
    if (decision === undefined) return;
    if (this.#full()) {
      this.#lost++;
      return;
    }
    this.#tellLost();
    const timeNs = this.#port?.realtime() ?? BigInt(Date.now()) * 1_000_000n;
    this.#say({ type: 'decision', timeNs: timeNs.toString(), decision });
  }

  #tellLost(): void {
    if (this.#lost > 0) this.#say({ type: 'decisions-lost', count: this.#lost });
    this.#lost = 0;
  }

  /** Wakes the forwarder when it asks for it; a timer that has become too early is cheaper than one set anew. */
  #watchTimer(): void {
    const due = this.#forwarder?.nextTimer() ?? Infinity;
    if (due >= this.#dueAt) return;
    this.#dueAt = due;
    clearTimeout(this.#timer);
    const wait = Math.min(MAX_TIMER_MS, Math.max(1, Math.ceil(due - performance.now())));
    this.#timer = setTimeout(() => {
      this.#now = performance.now();
      this.#dueAt = Infinity;
      this.#advance();
      this.#watchTimer();
    }, wait);
  }

  #advance(): void {
    this.#emit(this.#forwarder?.advance(this.#now), 0);
    this.#port?.flush();
  }
}
