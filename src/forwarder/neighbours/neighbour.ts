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

/** One entry of the neighbour table: an address on a port, and the MAC address behind it once known. */
export class Neighbour {
  readonly port: Port;
  /** Signed. */
  readonly address: number;
  known = false;
  macHead = 0;
  macTail = 0;
  /** Milliseconds: from then on the next frame makes the table ask again, while the old answer still serves. */
  staleAt = 0;
  /** Requests sent since the last answer; 0 when none is under way. */
  requests = 0;
  retryAt = Infinity;
  held: HeldPacket[] = [];

  constructor(port: Port, address: number) {
    this.port = port;
    this.address = address;
  }
}
