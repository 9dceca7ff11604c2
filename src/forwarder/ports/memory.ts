import type { ForwarderConfig } from '../config.ts';
import { DecisionTrace, hashOf } from '../decision-trace.ts';
import { Forwarder } from '../forwarder.ts';
import { fillFrame, HEADROOM, makeFrame } from '../frame.ts';
import type { Decision, Verdict } from '../verdict.ts';

/** Where a memory port sends what the forwarder decides. */
export interface MemoryPortSink {
  /** `bytes` belongs to the receiver. */
  transmit(port: number, bytes: Uint8Array): void;
  /** Called before `transmit` of the frames that the decision names. Left out, no decisions are made. */
  decide?(decision: Decision): void;
}

/** A forwarder whose frames are plain byte arrays: for the embedded engine and for tests. Times are milliseconds. */
export class MemoryPort {
  readonly forwarder: Forwarder;
  private readonly sink: MemoryPortSink;
  private readonly trace: DecisionTrace | undefined;
  private frame = makeFrame(2048);

  constructor(config: ForwarderConfig, sink: MemoryPortSink, seed = 0) {
    this.forwarder = new Forwarder(config, 0, seed);
    this.sink = sink;
    this.trace = sink.decide === undefined ? undefined : new DecisionTrace(this.forwarder);
  }

  /** A frame came in by `port`. `bytes` is copied. */
  deliver(port: number, bytes: Uint8Array, now: number): void {
    if (this.forwarder.nextTimer() <= now) this.advance(now);
    if (bytes.length > this.frame.bytes.length - HEADROOM) this.frame = makeFrame(bytes.length * 2);
    fillFrame(this.frame, port, bytes);
    const received = this.trace === undefined ? 0 : hashOf(this.frame);
    this.emit(this.forwarder.receive(this.frame, now), received);
  }

  /** Does what is due. */
  advance(now: number): void {
    this.emit(this.forwarder.advance(now), 0);
  }

  /** When `advance` is due, in milliseconds; `undefined` when nothing is. */
  nextTimer(): number | undefined {
    const next = this.forwarder.nextTimer();
    return next === Infinity ? undefined : next;
  }

  reconfigure(config: ForwarderConfig, now: number): void {
    this.emit(this.forwarder.reconfigure(config, now), 0);
  }

  /** Copies everything before it calls out: the sink may deliver the next frame at once. */
  private emit(first: Verdict | undefined, received: number): void {
    const calls: (() => void)[] = [];
    for (let verdict = first; verdict !== undefined; verdict = verdict.next) {
      const decision = this.trace?.decision(verdict, received);
      if (decision !== undefined) calls.push(() => this.sink.decide?.(decision));
      for (const { port, bytes, start, end } of verdict.frames.slice(0, verdict.count)) {
        const copy = bytes.slice(start, end);
        calls.push(() => this.sink.transmit(port, copy));
      }
    }
    for (const call of calls) call();
  }
}
