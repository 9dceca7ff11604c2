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
  /** Offset of the TCP header. */
  l4 = 0;
  /** Total length of the IPv4 packet as received, in bytes. */
  length = 0;
  /** TCP flags. */
  flags = 0;
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
