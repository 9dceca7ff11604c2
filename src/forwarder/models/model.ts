import type { ModelName } from '../../models/models.ts';
import type { Frame } from '../frame.ts';
import type { Server } from '../server.ts';
import type { DropReason } from '../verdict.ts';

/**
 * One way of forwarding. It says what a connection's reply looks like, or puts IP packets into others; schedulers, routes,
 * MAC addresses and TTL are not its business. Adding one is a file here and a line in `registry.ts`.
 */
export interface Model {
  readonly name: ModelName;
  /**
   * Addresses change, from each key of a connection to the other turned around. So both directions cross the director: a
   * connection has a reply key, its state follows both sides, and a packet with a bad L4 checksum is dropped, for a
   * translated one would hide where it went bad.
   */
  readonly translates: boolean;
  /** Bytes that forwarding adds to a request. */
  readonly overhead: number;
  /**
   * Where addresses change: fills in the reply key of a new connection (`words` at `base`, request key and server already
   * there) and takes what it needs, such as a port. A reason when it cannot be had.
   */
  open?(words: Int32Array, base: number, server: Server): DropReason | undefined;
  /** Gives back what `open` took. */
  close?(words: Int32Array, base: number, server: Server): void;
  /**
   * Where there is an overhead: puts so many bytes before the IPv4 packet at `ip` of the frame, whose TTL is already
   * decremented, and moves the start of the frame before them.
   */
  wrap?(frame: Frame, ip: number, server: Server): void;
}
