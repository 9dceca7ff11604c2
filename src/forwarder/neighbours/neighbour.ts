import type { SignedIpv4 } from '../../packet/address.ts';
import type { Frame } from '../frame.ts';
import type { Port } from '../port.ts';
import type { Rule } from '../verdict.ts';

/** A packet that waits for its neighbour, with what the verdict about it will say. */
export interface HeldPacket {
  /** One, or one for each fragment. */
  readonly frames: readonly Frame[];
  readonly ticket: number;
  readonly rule: Rule;
  readonly service: number;
  readonly server: number;
  readonly connection: number;
  readonly detail: string | undefined;
}

/** Writes the Ethernet addresses of a frame for the neighbour. */
export function setMacs(frame: Frame, { port, macHead, macTail }: Neighbour): void {
  const { view, start } = frame;
  view.setInt32(start, macHead);
  view.setInt32(start + 4, (macTail << 16) | (port.macHead >>> 16));
  view.setInt32(start + 8, (port.macHead << 16) | port.macTail);
  frame.port = port.index;
}

/** One entry of the neighbour table: an address on a port, and the MAC address behind it once known. */
export class Neighbour {
  readonly port: Port;
  readonly address: SignedIpv4;
  /** Whether there is a MAC address to send to, however old. */
  known = false;
  macHead = 0;
  macTail = 0;
  /**
   * Milliseconds: from then on a frame raises doubts, while the old answer still serves; -Infinity when there is none, so
   * that before then nothing else need be asked.
   */
  staleAt = -Infinity;
  /** When the MAC address or the state last changed. */
  changedAt = -Infinity;
  /** When to ask (again), or to give up; Infinity when there is no doubt, or nobody wants to know. */
  dueAt = Infinity;
  /** Requests sent since then. */
  requests = 0;
  held: HeldPacket[] = [];
  /** Whether the table holds it, and whether a frame went there since it was last looked through for room. */
  listed = true;
  used = false;

  constructor(port: Port, address: SignedIpv4) {
    this.port = port;
    this.address = address;
  }
}
