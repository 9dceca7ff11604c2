import { asSignedIpv4, type SignedIpv4 } from '../../packet/address.ts';

/**
 * One connection is 16 words of one Int32Array: 64 bytes, one cache line, so that a packet of a million connections
 * costs one miss for the index and one for the entry. Two keys can lead to it, each three words and the protocol:
 * the request as the client sends it, and the reply as the server sends it.
 */
export const LOG2_WORDS = 4;
export const WORDS = 1 << LOG2_WORDS;

/** Bits 0–7 IP protocol, 8–11 state, 16–31 the flags below. */
export const META = 0;

export const REQUEST_SOURCE = 1;
export const REQUEST_DESTINATION = 2;
/** Source port in the high half, destination port in the low half, as the header has them (see `Packet.ports`). */
export const REQUEST_PORTS = 3;

export const REPLY_SOURCE = 4;
export const REPLY_DESTINATION = 5;
export const REPLY_PORTS = 6;

/** The server's slot. */
export const SERVER = 7;
/** Milliseconds, modulo 2^32: compared by signed difference. */
export const EXPIRY = 8;
/** Both directions together. */
export const PACKETS = 9;
/** Bytes of IP packets, both directions together: the low half. */
export const BYTES_LOW = 10;
export const SERIAL = 11;

// What packets do not touch. The allocator of glibc puts large blocks at 16 bytes past a line's start: then these four
// words, and only they, are in the next line.

export const WHEEL_NEXT = 12;
/** The entry before, or -1 - slot for the first one of a wheel slot. */
export const WHEEL_PREVIOUS = 13;
export const BYTES_HIGH = 14;
/** The entry's template, plus 1; 0 for a connection without persistence (IPVS's `cp->control`). */
export const TEMPLATE = 15;

// A template (see `templates.ts`) has no reply: its words hold these instead.

/** Milliseconds from each new connection to the template's end. */
export const TIMEOUT = REPLY_SOURCE;
/** Connections of this template that are in the table (IPVS's `cp->n_control`). */
export const HELD_BY = REPLY_DESTINATION;
/** When the last of those that ended did, as `EXPIRY` tells it. */
export const LAST_END = REPLY_PORTS;

export const STATE_SHIFT = 8;
export const STATE_MASK = 0xf << STATE_SHIFT;
/** Counted as inactive at its server (see `isActive`; UDP and pings always are). */
export const INACTIVE = 1 << 16;
/** The reply key is in the index. */
export const HAS_REPLY_KEY = 1 << 17;
/** A port was taken from a pool and goes back to it. */
export const OWNS_PORT = 1 << 18;
/** No connection, but which server a client's connections go to. */
export const IS_TEMPLATE = 1 << 19;

/** The address that a key has at `place`. */
export function addressOf(words: Int32Array, place: number): SignedIpv4 {
  return asSignedIpv4(words[place]!);
}
