import { u16, view } from '../../packet/bytes.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';

/** RFC 826, for IPv4 over Ethernet. */
const ARP_LENGTH = 28;

/**
 * Where the frame ends without padding and frame check sequence: what IPv4 and ARP say of their length. A length of 0 is
 * that of a packet over 64 KB, or of one that the card was to fill in: all of it then.
 */
export function lengthOf(bytes: Uint8Array, originalLength: number): number {
  if (bytes.length < ethernet.HEADER_LENGTH + 4) return originalLength;
  const type = ethernet.etherTypeOf(bytes, 0);
  if (type === ethernet.ETHERTYPE_ARP) return Math.min(originalLength, ethernet.HEADER_LENGTH + ARP_LENGTH);
  if (type !== ethernet.ETHERTYPE_IPV4) return originalLength;
  const total = u16(bytes, ethernet.HEADER_LENGTH + 2);
  return total < ipv4.HEADER_LENGTH
    ? originalLength
    : Math.min(originalLength, ethernet.HEADER_LENGTH + total);
}

/** The bytes up to there. */
export function trimmed(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.length > length ? view(bytes, 0, length) : bytes;
}
