import type { Frame } from './frame.ts';

/**
 * The packet in hand: the received frame and where its headers start. One object, filled anew for each frame, so that
 * every step of the hot path takes one argument.
 */
export class Packet {
  frame: Frame;
  bytes: Uint8Array;
  view: DataView;
  /** Offset of the (outermost) IPv4 header. */
  ip = 0;
  /** Offset of the header behind it. */
  l4 = 0;
  /** Total length of the IPv4 packet as received, in bytes. */
  length = 0;
  protocol = 0;
  /**
   * What tells flows between two addresses apart: source and destination port. Of an ICMP query the identifier plays
   * the client's port and the type of the request the server's.
   */
  ports = 0;
  /** TCP flags; 0 for everything else. */
  flags = 0;
  /** Payload bytes of each fragment in order, when the packet was put together from several. */
  pieces: readonly number[] | undefined = undefined;
  /** Total length of the longest of them. */
  longestPiece = 0;
  /** On its way out: the longest packet, as received, that needs no fragments there. */
  room = 0;
  /** Milliseconds. */
  now = 0;
  /** The same modulo 2^32, signed, as connections keep their end. */
  clock = 0;

  constructor(frame: Frame) {
    this.frame = frame;
    this.bytes = frame.bytes;
    this.view = frame.view;
  }
}
