import { setU16, setU32, u16, u32, u8 } from '../../packet/bytes.ts';
import { fillPacketChecksums } from '../../packet/checksum.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';

const IP = ethernet.HEADER_LENGTH;

export interface Piece {
  readonly bytes: Uint8Array;
  readonly originalLength: number;
}

/**
 * A TCP packet that is longer than its link takes was seen before the sender's card cut it, or after the receiver's kernel
 * joined it: the segments that were on the wire. Each has the bytes of its own payload that were captured, the next IP id, and
 * valid checksums where it is whole; only the last one has FIN and PSH, only the first CWR (as Linux's `tcp_gso_segment` has it).
 * @param mtu Of the link.
 * @param mss What the receiver takes in a segment, options of TCP included, where its SYN was seen.
 * @returns `undefined` where there is nothing to cut.
 */
export function cutAsOnWire(
  bytes: Uint8Array,
  originalLength: number,
  mtu: number,
  mss = Infinity,
): Piece[] | undefined {
  if (originalLength - IP <= mtu || bytes.length < IP + ipv4.HEADER_LENGTH + tcp.HEADER_LENGTH)
    return undefined;
  if (ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4 || ipv4.versionOf(bytes, IP) !== 4)
    return undefined;
  if (ipv4.protocolOf(bytes, IP) !== ipv4.PROTOCOL_TCP || ipv4.isFragment(bytes, IP)) return undefined;
  const header = ipv4.headerLengthOf(bytes, IP);
  const at = IP + header;
  const start = at + tcp.headerLengthOf(bytes, at);
  const size = Math.min(mtu - (start - IP), mss - (start - at - tcp.HEADER_LENGTH));
  if (start > bytes.length || size < 1) return undefined;
  const pieces: Piece[] = [];
  for (let from = start; from < originalLength; from += size) {
    const length = Math.min(size, originalLength - from);
    const isLast = from + length >= originalLength;
    pieces.push(piece(bytes, { at, start, from, length, isLast, index: pieces.length }));
  }
  return pieces;
}

interface Cut {
  /** Of the TCP header, and of the payload. */
  readonly at: number;
  readonly start: number;
  /** Of the piece's payload in the whole. */
  readonly from: number;
  readonly length: number;
  readonly isLast: boolean;
  readonly index: number;
}

function piece(whole: Uint8Array, { at, start, from, length, isLast, index }: Cut): Piece {
  const payload = whole.subarray(from, from + length);
  const bytes = new Uint8Array(start + payload.length);
  bytes.set(whole.subarray(0, start));
  bytes.set(payload, start);
  ipv4.setTotalLength(bytes, IP, start - IP + length);
  setU16(bytes, IP + ipv4.ID, (u16(whole, IP + ipv4.ID) + index) & 0xffff);
  setU32(bytes, at + tcp.SEQUENCE, (u32(whole, at + tcp.SEQUENCE) + from - start) >>> 0);
  let flags = u8(whole, at + tcp.FLAGS);
  if (!isLast) flags &= ~(tcp.FIN | tcp.PSH);
  if (index > 0) flags &= ~tcp.CWR;
  bytes[at + tcp.FLAGS] = flags;
  fillPacketChecksums(bytes, IP, bytes.length);
  return { bytes, originalLength: start + length };
}
