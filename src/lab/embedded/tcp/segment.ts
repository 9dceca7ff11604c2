import type { Ipv4 } from '../../../packet/address.ts';

/** One TCP segment between two addresses, as the state machine sees it: checksums and layout are the wire's business. */
export interface TcpSegment {
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly destination: Ipv4;
  readonly destinationPort: number;
  readonly sequence: number;
  /** Meaningful only with `TCP_ACK`. */
  readonly acknowledgement: number;
  readonly flags: number;
  readonly window: number;
  /** The maximum segment size option; only on a SYN. */
  readonly maximumSegment?: number;
  readonly payload: Uint8Array;
}

export const TCP_FIN = 1;
export const TCP_SYN = 2;
export const TCP_RST = 4;
export const TCP_PSH = 8;
export const TCP_ACK = 16;

export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Sequence numbers a segment takes up: its data, and one each for SYN and FIN. */
export function segmentLength(segment: TcpSegment): number {
  return segment.payload.length + (segment.flags & TCP_SYN ? 1 : 0) + (segment.flags & TCP_FIN ? 1 : 0);
}

/**
 * The reset that answers a segment nobody is waiting for (RFC 9293, section 3.5.2, group 1), so that the other side
 * finds it acceptable. `undefined` for a reset: resets are never answered.
 */
export function resetFor(segment: TcpSegment): TcpSegment | undefined {
  if (segment.flags & TCP_RST) return undefined;
  const acknowledged = (segment.flags & TCP_ACK) !== 0;
  return {
    source: segment.destination,
    sourcePort: segment.destinationPort,
    destination: segment.source,
    destinationPort: segment.sourcePort,
    sequence: acknowledged ? segment.acknowledgement : 0,
    acknowledgement: acknowledged ? 0 : (segment.sequence + segmentLength(segment)) >>> 0,
    flags: acknowledged ? TCP_RST : TCP_RST | TCP_ACK,
    window: 0,
    payload: NO_BYTES,
  };
}
