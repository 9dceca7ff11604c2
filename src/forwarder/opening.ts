import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { isQueryRequest } from './headers.ts';
import type { Packet } from './packet.ts';

/**
 * Whether a packet without an entry may be scheduled: any SYN that is no RST, with `sloppyTcp` any segment that is none
 * (ip_vs_proto_tcp.c, `tcp_conn_schedule`), a datagram.
 */
export function opensService({ protocol, flags }: Packet, sloppyTcp: boolean): boolean {
  if (protocol === ipv4.PROTOCOL_TCP)
    return (flags & tcp.RST) === 0 && (sloppyTcp || (flags & tcp.SYN) !== 0);
  return protocol === ipv4.PROTOCOL_UDP;
}

/** Whether it may begin a flow through nat: as conntrack has it, a SYN alone; a datagram, the request of an ICMP query. */
export function opensNat({ protocol, flags, view, l4 }: Packet): boolean {
  if (protocol === ipv4.PROTOCOL_TCP) return (flags & (tcp.SYN | tcp.ACK | tcp.RST | tcp.FIN)) === tcp.SYN;
  return protocol === ipv4.PROTOCOL_UDP || isQueryRequest(view.getUint8(l4));
}
