import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import { fillHeaderChecksum } from '../checksums.ts';
import type { Packet } from '../packet.ts';
import type { Server } from '../server.ts';
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

  request(packet: Packet, _words: Int32Array, _base: number, server: Server): void {
    const { frame, view } = packet;
    const inner = packet.ip;
    const outer = inner - ipv4.HEADER_LENGTH;
    const dontFragment = view.getUint16(inner + ipv4.FRAGMENT) & ipv4.DONT_FRAGMENT;
    // RFC 6864: an ID means something only in a packet that may be fragmented.
    if (dontFragment === 0) this.id = (this.id + 1) & 0xffff;
    frame.start -= ipv4.HEADER_LENGTH;
    view.setUint16(frame.start + ethernet.ETHERTYPE, ethernet.ETHERTYPE_IPV4);
    view.setUint16(outer, 0x4500 | view.getUint8(inner + ipv4.TRAFFIC_CLASS));
    view.setUint16(outer + ipv4.TOTAL_LENGTH, packet.length + ipv4.HEADER_LENGTH);
    view.setUint16(outer + ipv4.ID, dontFragment === 0 ? this.id : 0);
    view.setUint16(outer + ipv4.FRAGMENT, dontFragment);
    view.setUint16(outer + ipv4.TTL, (view.getUint8(inner + ipv4.TTL) << 8) | ipv4.PROTOCOL_IPIP);
    view.setInt32(outer + ipv4.SOURCE, server.dip);
    view.setInt32(outer + ipv4.DESTINATION, server.address);
    fillHeaderChecksum(view, outer);
    packet.ip = outer;
    // What came in fragments is whole inside: the outer packet is cut only where it does not fit.
    packet.pieces = undefined;
  }

  reply(): void {
    // Replies go around the director.
  }
}
