import { u16 } from '../../packet/bytes.ts';
import { fillPacketChecksums, fold, pseudoHeaderSum } from '../../packet/checksum.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';

const IP = ethernet.HEADER_LENGTH;

/**
 * A packet whose checksum the sender left to its card carries the sum of its pseudo header in the field (Linux,
 * CHECKSUM_PARTIAL). The frame with the checksum that the card writes; `undefined` for one that has its own, or was cut.
 */
export function checksumFilled(bytes: Uint8Array, originalLength: number): Uint8Array | undefined {
  if (bytes.length < originalLength || !isLeftToCard(bytes)) return undefined;
  const made = bytes.slice();
  fillPacketChecksums(made, IP, made.length);
  return made;
}

/** Whether the TCP or UDP checksum is that of the pseudo header only. */
export function isLeftToCard(bytes: Uint8Array): boolean {
  if (bytes.length < IP + ipv4.HEADER_LENGTH) return false;
  if (ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_IPV4) return false;
  if (ipv4.checkHeader(bytes, IP, bytes.length) !== undefined || ipv4.isFragment(bytes, IP)) return false;
  const protocol = ipv4.protocolOf(bytes, IP);
  const field = { [ipv4.PROTOCOL_TCP]: 16, [ipv4.PROTOCOL_UDP]: 6 }[protocol];
  if (field === undefined) return false;
  const header = ipv4.headerLengthOf(bytes, IP);
  const at = IP + header + field;
  if (at + 2 > bytes.length) return false;
  const length = ipv4.totalLengthOf(bytes, IP) - header;
  const pseudo = pseudoHeaderSum(ipv4.sourceOf(bytes, IP), ipv4.destinationOf(bytes, IP), protocol, length);
  return u16(bytes, at) === fold(pseudo);
}
