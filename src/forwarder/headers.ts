import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { headerChecksumOk } from './checksums.ts';

/**
 * `check` of src/packet's ipv4.ts and tcp.ts without its reasons: the forwarder counts what is malformed and does not
 * say what exactly, and these are read in a few loads per packet.
 */

/** Length of the IPv4 header at `ip` when all of its packet is there and its checksum is right; else 0. */
export function soundIpv4(view: DataView, ip: number, end: number): number {
  if (end - ip < ipv4.HEADER_LENGTH) return 0;
  const first = view.getUint8(ip);
  const headerLength = (first & 15) * 4;
  const total = view.getUint16(ip + ipv4.TOTAL_LENGTH);
  const isSane =
    first >>> 4 === 4 && headerLength >= ipv4.HEADER_LENGTH && total >= headerLength && ip + total <= end;
  return isSane && headerChecksumOk(view, ip, headerLength) ? headerLength : 0;
}

/** Whether a whole TCP header stands at `l4`, options included. */
export function isSoundTcp(view: DataView, l4: number, end: number): boolean {
  if (end - l4 < tcp.HEADER_LENGTH) return false;
  const headerLength = (view.getUint8(l4 + tcp.DATA_OFFSET) >>> 4) * 4;
  return headerLength >= tcp.HEADER_LENGTH && l4 + headerLength <= end;
}
