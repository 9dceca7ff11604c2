import type { Mac } from '../../packet/address.ts';
import * as ethernet from '../../packet/ethernet.ts';
import type { Clock } from './clock.ts';

/** One hop over a segment, the switch between included. */
const LINK_DELAY = 50_000;
/** Ethernet header, and the VLAN tag Linux allows for (`is_skb_forwardable`). */
const FRAME_OVERHEAD = 18;
/** The lowest bit of the first byte: to a group, which a broadcast is too. */
const GROUP_BIT = 1;

/** What is plugged into a segment. */
export interface SegmentPort {
  readonly down: boolean;
  readonly mtu: number;
  /** Nanoseconds a frame spends on its way out, beyond the link's own. */
  readonly delayNs: number;
  arrive(frame: Uint8Array): void;
  /** Instead, when it cannot come in. */
  miss?(frame: Uint8Array, reason: 'interface-down' | 'over-mtu'): void;
}

/** A layer-2 network: a learning switch with a cable to each port (IEEE 802.1D, without ageing: labs are short). */
export class Segment {
  readonly name: string;
  readonly #clock: Clock;
  readonly #ports = new Set<SegmentPort>();
  /** Each MAC to the port it was last seen at. */
  readonly #learned = new Map<Mac, SegmentPort>();
  /** Ports that will be gone before what they sent has got there. */
  readonly #leaving = new WeakSet<SegmentPort>();
  /** When the last frame of each port gets through: those behind it cannot overtake. */
  readonly #busyUntil = new Map<SegmentPort, number>();

  constructor(name: string, clock: Clock) {
    this.name = name;
    this.#clock = clock;
  }

  attach(port: SegmentPort): void {
    this.#ports.add(port);
  }

  /** What the port has sent gets there although it will be gone by then. */
  leave(port: SegmentPort): void {
    this.#leaving.add(port);
  }

  detach(port: SegmentPort): void {
    this.#ports.delete(port);
    this.forget(port);
  }

  /** Forgets what was learned of a port, for instance when its MAC changes. */
  forget(port: SegmentPort): void {
    for (const [mac, learned] of this.#learned) if (learned === port) this.#learned.delete(mac);
    this.#busyUntil.delete(port);
  }

  /** Takes a frame from a port. It goes to the port its destination was seen at, or to all others. */
  transmit(from: SegmentPort, frame: Uint8Array): void {
    if (!this.#ports.has(from) || frame.length < ethernet.HEADER_LENGTH) return;
    const arrival = Math.max(this.#clock.now() + LINK_DELAY + from.delayNs, this.#busyUntil.get(from) ?? 0);
    this.#busyUntil.set(from, arrival);
    this.#clock.after(arrival - this.#clock.now(), () => this.#pass(from, frame));
  }

  #pass(from: SegmentPort, frame: Uint8Array): void {
    if (!this.#ports.has(from) && !this.#leaving.has(from)) return;
    if (this.#ports.has(from)) this.#learned.set(ethernet.sourceOf(frame, 0), from);
    const known =
      (frame[0]! & GROUP_BIT) === 0 ? this.#learned.get(ethernet.destinationOf(frame, 0)) : undefined;
    if (known) {
      if (known !== from) this.#hand(known, frame);
      return;
    }
    for (const port of [...this.#ports]) if (port !== from) this.#hand(port, frame);
  }

  #hand(port: SegmentPort, frame: Uint8Array): void {
    if (port.down) port.miss?.(frame, 'interface-down');
    else if (frame.length > port.mtu + FRAME_OVERHEAD) port.miss?.(frame, 'over-mtu');
    else port.arrive(frame);
  }
}
