import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import { fold, halves } from '../checksums.ts';
import type { Frame } from '../frame.ts';
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

  wrap(frame: Frame, inner: number, server: Server): void {
    const { view } = frame;
    const outer = inner - ipv4.HEADER_LENGTH;
    const first = view.getInt32(inner);
    const dontFragment = view.getUint16(inner + ipv4.FRAGMENT) & ipv4.DONT_FRAGMENT;
    // RFC 6864: an ID means something only in a packet that may be fragmented.
    if (dontFragment === 0) this.id = (this.id + 1) & 0xffff;
    const { dip, address } = server;
    const start = 0x4500_0000 | (first & 0xff_0000) | ((first + ipv4.HEADER_LENGTH) & 0xffff);
    const id = dontFragment === 0 ? this.id << 16 : dontFragment;
    const life = (view.getUint8(inner + ipv4.TTL) << 24) | (ipv4.PROTOCOL_IPIP << 16);
    const sum = halves(start) + halves(id) + halves(life) + halves(dip) + halves(address);
    frame.start -= ipv4.HEADER_LENGTH;
    view.setUint16(frame.start + ethernet.ETHERTYPE, ethernet.ETHERTYPE_IPV4);
    view.setInt32(outer, start);
    view.setInt32(outer + ipv4.ID, id);
    view.setInt32(outer + ipv4.TTL, life | (~fold(sum) & 0xffff));
    view.setInt32(outer + ipv4.SOURCE, dip);
    view.setInt32(outer + ipv4.DESTINATION, address);
  }
}
