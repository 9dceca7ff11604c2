import type { Timeouts } from '../config.ts';

/** The states of IPVS and their numbers (ip_vs.h, `IP_VS_TCP_S_*`). */
export const TCP_STATES = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'SYNACK',
] as const;

/** Behind them, the one state that a UDP exchange and that an ICMP query have. */
export const STATES = [...TCP_STATES, 'UDP', 'ICMP'] as const;

export type ConnectionState = (typeof STATES)[number];

export const NONE = 0;
export const FIN_WAIT = 4;
export const TIME_WAIT = 5;
export const CLOSE = 6;
export const UDP = 11;
export const ICMP = 12;

/** Which table a packet is looked up in, besides its direction: when replies go around the director. */
export const INPUT_ONLY = 2;

/** The state after a segment with these TCP flags (`tcp_state_idx` and `set_tcp_state` of ip_vs_proto_tcp.c). */
export function nextTcpState(direction: number, flags: number, state: number): number {
  return NEXT[(direction << 9) | ((flags & 31) << 4) | state]!;
}

/** Counted as active, from the SYN until one side closes (`tcp_state_active` of ip_vs_proto_tcp.c, Linux 4.8 and later). */
export function isActive(state: number): boolean {
  return (state >= ESTABLISHED && state <= SYN_RECV) || state === SYNACK;
}

/** Milliseconds by state. What `Timeouts` does not name has the value of IPVS's `tcp_timeouts`. */
export function timeoutsByState(timeouts: Timeouts): Int32Array {
  return Int32Array.from(
    [
      2_000,
      timeouts.established,
      120_000,
      timeouts.synReceived,
      timeouts.finWait,
      timeouts.timeWait,
      timeouts.close,
      timeouts.closeWait,
      timeouts.lastAck,
      120_000,
      120_000,
      timeouts.udp,
      timeouts.icmp,
    ],
    // Expiry words are compared by signed difference: 2^30 ms is twelve days.
    (timeout) => Math.max(0, Math.min(timeout, 2 ** 30)),
  );
}

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

const ESTABLISHED = 1;
const SYN_RECV = 3;
const SYNACK = 10;
const COLUMNS = TCP_STATES.length;

/** `tcp_states` of ip_vs_proto_tcp.c: per direction the rows SYN, FIN, ACK, RST; per row the next state of each state. */
const TABLE = Int8Array.from(
  [
    // INPUT
    'SR ES ES SR SR SR SR SR SR SR SR',
    'CL CW SS TW TW TW CL CW LA LI TW',
    'ES ES SS ES FW TW CL CW CL LI ES',
    'CL CL CL SR CL CL CL CL LA LI SR',
    // OUTPUT
    'SS ES SS SR SS SS SS SS SS LI SR',
    'TW FW SS TW FW TW CL TW LA LI TW',
    'ES ES SS ES FW TW CL CW LA ES ES',
    'CL CL SS CL CL TW CL CL CL CL CL',
    // INPUT-ONLY
    'SR ES ES SR SR SR SR SR SR SR SR',
    'CL FW SS TW FW TW CL CW LA LI TW',
    'ES ES SS ES FW TW CL CW CL LI ES',
    'CL CL CL SR CL CL CL CL LA LI CL',
  ]
    .join(' ')
    .split(' ')
    .map((name) => ['NO', 'ES', 'SS', 'SR', 'FW', 'TW', 'CL', 'CW', 'LA', 'LI', 'SA'].indexOf(name)),
);

/** The next state by direction, the low five flags and the state: a packet costs one load. */
const NEXT = Int8Array.from({ length: 3 << 9 }, (_, place) => {
  const [direction, flags, state] = [place >> 9, (place >> 4) & 31, place & 15];
  const row = (flags & RST) !== 0 ? 3 : (flags & SYN) !== 0 ? 0 : (flags & FIN) !== 0 ? 1 : 2;
  const isNothing = (flags & (RST | SYN | FIN | ACK)) === 0;
  return isNothing ? CLOSE : TABLE[(direction * 4 + row) * COLUMNS + state]!;
});
