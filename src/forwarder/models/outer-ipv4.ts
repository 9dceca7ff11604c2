import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import { fold, halves } from '../checksums.ts';
import type { Frame } from '../frame.ts';
import type { Server } from '../server.ts';

/** The IPv4 header of a tunnel, DIP to RIP (ip_vs_xmit.c, `ip_vs_tunnel_xmit`): TTL, traffic class and DF are the inner one's. */
export class OuterIpv4 {
  private readonly protocol: number;
  private id = 0;

  constructor(protocol: number) {
    this.protocol = protocol;
  }

  /** Writes it `overhead` bytes before the packet at `inner`, and starts the frame there. The place of the header. */
  write(frame: Frame, inner: number, overhead: number, server: Server): number {
    const { view } = frame;
    const outer = inner - overhead;
    const first = view.getInt32(inner);
    const dontFragment = view.getUint16(inner + ipv4.FRAGMENT) & ipv4.DONT_FRAGMENT;
    // RFC 6864: an ID means something only in a packet that may be fragmented.
    if (dontFragment === 0) this.id = (this.id + 1) & 0xffff;
    const { dip, address } = server;
    const start = 0x4500_0000 | (first & 0xff_0000) | ((first + overhead) & 0xffff);
    const id = dontFragment === 0 ? this.id << 16 : dontFragment;
    const life = (view.getUint8(inner + ipv4.TTL) << 24) | (this.protocol << 16);
    const sum = halves(start) + halves(id) + halves(life) + halves(dip) + halves(address);
    frame.start -= overhead;
    view.setUint16(frame.start + ethernet.ETHERTYPE, ethernet.ETHERTYPE_IPV4);
    view.setInt32(outer, start);
    view.setInt32(outer + ipv4.ID, id);
    view.setInt32(outer + ipv4.TTL, life | (~fold(sum) & 0xffff));
    view.setInt32(outer + ipv4.SOURCE, dip);
    view.setInt32(outer + ipv4.DESTINATION, address);
    return outer;
  }
}
