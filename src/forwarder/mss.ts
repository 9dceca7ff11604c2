import { updateBytes } from '../packet/checksum.ts';
import * as ipv4 from '../packet/ipv4.ts';
import { findOption, MAXIMUM_SEGMENT_SIZE } from '../packet/tcp-options.ts';
import * as tcp from '../packet/tcp.ts';
import type { Packet } from './packet.ts';

/** IPv4 and TCP headers without options. */
export const TCP_HEADERS = ipv4.HEADER_LENGTH + tcp.HEADER_LENGTH;

/**
 * Lowers the maximum segment size that the segment announces; one that announces none, or less, stays as it is. The
 * option may stand at an odd offset, where Linux's own clamp sends an invalid checksum.
 */
export function clampMss({ bytes, view, l4 }: Packet, most: number): void {
  const start = l4 + tcp.HEADER_LENGTH;
  const end = l4 + tcp.headerLengthOf(bytes, l4);
  const option = findOption(bytes, start, end, MAXIMUM_SEGMENT_SIZE);
  if (option < 0 || bytes[option + 1] !== 4) return;
  const before = view.getUint16(option + 2);
  if (before <= most) return;
  view.setUint16(option + 2, most);
  const isOdd = ((option + 2 - l4) & 1) === 1;
  tcp.setChecksum(bytes, l4, updateBytes(tcp.checksumOf(bytes, l4), isOdd, before, most));
}
