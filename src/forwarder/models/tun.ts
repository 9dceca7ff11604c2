import * as ipv4 from '../../packet/ipv4.ts';
import type { Frame } from '../frame.ts';
import type { Server } from '../server.ts';
import type { Model } from './model.ts';
import { OuterIpv4 } from './outer-ipv4.ts';

/**
 * IP-in-IP (RFC 2003, IPVS `-i`): the packet travels to the server inside another one, DIP to RIP. The server takes
 * it out, holds the VIP and answers the client around the director.
 */
export class Tun implements Model {
  readonly name = 'tun';
  readonly translates = false;
  readonly overhead = ipv4.HEADER_LENGTH;
  private readonly outer = new OuterIpv4(ipv4.PROTOCOL_IPIP);

  wrap(frame: Frame, inner: number, server: Server): void {
    this.outer.write(frame, inner, this.overhead, server);
  }

  innerAt(_view: DataView, protocol: number, l4: number): number {
    return protocol === ipv4.PROTOCOL_IPIP ? l4 : 0;
  }
}
