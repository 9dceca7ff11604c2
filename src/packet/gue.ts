/**
 * Generic UDP Encapsulation, version 0, as IPVS sends it (ip_vs_xmit.c, `ipvs_gue_encap`): behind the UDP header four
 * bytes, and then the IPv4 packet inside. No control message, no flags, no private fields.
 */

import { u16, u32 } from './bytes.ts';
import * as ipv4 from './ipv4.ts';
import type { GueLayer } from './layers.ts';
import * as udp from './udp.ts';

export const HEADER_LENGTH = 4;

/** The UDP port that Linux's documentation and tools use in their examples; IPVS has none by itself. */
export const USUAL_PORT = 6080;

/** Version 0, data, no private fields, IPv4 inside, no flags. */
export const HEADER = ipv4.PROTOCOL_IPIP << 16;

/**
 * Where the IPv4 packet inside starts, of the UDP datagram at `at`; 0 when it carries none. It need not be there to its
 * end: that its length agrees with the datagram's is what tells it from other data, whatever the port.
 */
export function innerAt(bytes: Uint8Array, at: number, end: number): number {
  const inner = at + udp.HEADER_LENGTH + HEADER_LENGTH;
  if (inner + ipv4.HEADER_LENGTH > end || u32(bytes, at + udp.HEADER_LENGTH) !== HEADER) return 0;
  if (ipv4.checkHeader(bytes, inner, end) !== undefined) return 0;
  return u16(bytes, at + udp.LENGTH) === inner - at + ipv4.totalLengthOf(bytes, inner) ? inner : 0;
}

/** The header at `at`, which is known to be one. */
export function decode(bytes: Uint8Array, at: number): GueLayer {
  const word = u32(bytes, at);
  return {
    kind: 'gue',
    start: at,
    end: at + HEADER_LENGTH,
    version: word >>> 30,
    protocol: (word >>> 16) & 0xff,
    flags: word & 0xffff,
  };
}
