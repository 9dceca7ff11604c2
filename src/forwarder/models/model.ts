import type { Model as ModelName } from '../config.ts';
import type { Packet } from '../packet.ts';
import type { Server } from '../server.ts';
import type { DropReason } from '../verdict.ts';

/**
 * One way of forwarding. It rewrites IP packets; schedulers, connections, routes, MAC addresses and TTL are not its
 * business. Adding one is a file here and a line in `registry.ts`.
 */
export interface Model {
  readonly name: ModelName;
  /**
   * Addresses change, so both directions cross the director: a connection has a reply key, its state follows both
   * sides, and a packet with a bad L4 checksum is dropped, for a translated one would hide where it went bad.
   */
  readonly translates: boolean;
  /** Bytes that forwarding adds to a request. */
  readonly overhead: number;
  /**
   * Fills in the reply key of a new connection (`words` at `base`, request key and server already there) and takes
   * what it needs, such as a port. A reason when it cannot be had.
   */
  open(words: Int32Array, base: number, server: Server): DropReason | undefined;
  /** Gives back what `open` took. */
  close(words: Int32Array, base: number, server: Server): void;
  /** Rewrites a packet from the client. Its TTL is already decremented. */
  request(packet: Packet, words: Int32Array, base: number, server: Server): void;
  /** Rewrites a packet from the server; called only for models that translate. */
  reply(packet: Packet, words: Int32Array, base: number): void;
}
