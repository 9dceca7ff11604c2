import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';
import type { ForwarderConfig } from '../config.ts';
import type { Packet } from '../packet.ts';
import type { Server } from '../server.ts';
import * as at from './layout.ts';
import { CLOSE, FIN_WAIT, TIME_WAIT } from './tcp-state.ts';

/**
 * Whether the packet is a SYN that begins a new connection from the same port, which is scheduled anew, and no
 * retransmission (ip_vs_core.c, `ip_vs_in_hook` and `is_new_conn_expected`, Linux 5.16 and later). Under persistence it
 * never is: the client would come to the same server. Through nat only a SYN alone begins anything.
 */
export function isReused(
  { flags, protocol }: Packet,
  words: Int32Array,
  base: number,
  { model, weight, isOutside }: Server,
  { connReuseMode, onRemove }: Pick<ForwarderConfig, 'connReuseMode' | 'onRemove'>,
): boolean {
  if ((flags & tcp.SYN) === 0 || protocol !== ipv4.PROTOCOL_TCP) return false;
  if (words[base + at.TEMPLATE] !== 0) return false;
  if (isOutside && (flags & (tcp.ACK | tcp.RST | tcp.FIN)) !== 0) return false;
  if (onRemove === 'reset' && weight === 0) return true;
  if (connReuseMode === 0) return false;
  const state = (words[base]! & at.STATE_MASK) >>> at.STATE_SHIFT;
  if (state === TIME_WAIT || state === CLOSE) return true;
  return (connReuseMode & 2) !== 0 && state === FIN_WAIT && !model.translates;
}
