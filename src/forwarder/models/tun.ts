import { setU16, setU8, u16, u32 } from '../../packet/bytes.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import type { Packet } from '../packet.ts';
import type { Server } from '../server.ts';
import type { DropReason } from '../verdict.ts';
import type { Model } from './model.ts';

/**
 * IP-in-IP (RFC 2003, IPVS `-i`): the packet travels to the server inside another one, DIP to RIP. The server takes
 * it out, holds the VIP and answers the client around the director.
 */
export class Tun implements Model {
  readonly name = 'tun';
  readonly translates = false;
  readonly overhead = ipv4.HEADER_LENGTH;
  private id = 0;

  open(): undefined {
    return undefined;
  }

  close(): void {
    // Nothing was taken.
  }

  /** A packet from either end of the tunnel would loop (RFC 2003, section 4). */
  refuses({ view, ip }: Packet, server: Server): DropReason | undefined {
    const source = view.getInt32(ip + ipv4.SOURCE);
    return source === server.dip || source === server.address ? 'unsupported' : undefined;
  }

  request(packet: Packet, _words: Int32Array, _base: number, server: Server): void {
    const { frame, bytes } = packet;
    const inner = packet.ip;
    const outer = inner - ipv4.HEADER_LENGTH;
    const dontFragment = u16(bytes, inner + ipv4.FRAGMENT) & ipv4.DONT_FRAGMENT;
    frame.start -= ipv4.HEADER_LENGTH;
    setU16(bytes, frame.start + ethernet.ETHERTYPE, ethernet.ETHERTYPE_IPV4);
    setU16(bytes, outer, 0x4500 | ipv4.trafficClassOf(bytes, inner));
    ipv4.setTotalLength(bytes, outer, packet.length + ipv4.HEADER_LENGTH);
    // RFC 6864: an ID means something only in a packet that may be fragmented.
    ipv4.setId(bytes, outer, dontFragment === 0 ? (this.id = (this.id + 1) & 0xffff) : 0);
    ipv4.setFragment(bytes, outer, dontFragment);
    ipv4.setTtl(bytes, outer, ipv4.ttlOf(bytes, inner));
    setU8(bytes, outer + ipv4.PROTOCOL, ipv4.PROTOCOL_IPIP);
    ipv4.setSource(bytes, outer, server.dip);
    ipv4.setDestination(bytes, outer, server.address);
    ipv4.fillHeaderChecksum(bytes, outer);
    packet.ip = outer;
  }

  reply(): void {
    // Replies go around the director.
  }
}
