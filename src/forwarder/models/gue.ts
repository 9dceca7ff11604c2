import * as gue from '../../packet/gue.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as udp from '../../packet/udp.ts';
import { hashKey } from '../connections/hash.ts';
import type { Frame } from '../frame.ts';
import type { Server } from '../server.ts';
import type { Model } from './model.ts';
import { OuterIpv4 } from './outer-ipv4.ts';

/** Linux's ephemeral ports unless somebody sets others (`ip_local_port_range`); the last one is never taken. */
const FIRST_PORT = 32768;
const PORTS = 60999 - FIRST_PORT;

const BEHIND_IP = udp.HEADER_LENGTH + gue.HEADER_LENGTH;

/**
 * The tun model with UDP and GUE between the two IP headers (`ipvsadm -i --tun-type gue`): routers and network cards
 * that spread flows by their ports spread these too, for the source port is a hash of the flow inside.
 */
export class Gue implements Model {
  readonly name = 'tun';
  readonly translates = false;
  readonly overhead = ipv4.HEADER_LENGTH + BEHIND_IP;
  private readonly port: number;
  private readonly outer = new OuterIpv4(ipv4.PROTOCOL_UDP);

  constructor(port: number) {
    this.port = port;
  }

  wrap(frame: Frame, inner: number, server: Server): void {
    const { view } = frame;
    const at = this.outer.write(frame, inner, this.overhead, server) + ipv4.HEADER_LENGTH;
    view.setInt32(at + udp.SOURCE_PORT, (sourcePort(view, inner) << 16) | this.port);
    // No checksum: that is IPVS's default (`--tun-nocsum`).
    view.setInt32(at + udp.LENGTH, (view.getUint16(inner + ipv4.TOTAL_LENGTH) + BEHIND_IP) << 16);
    view.setInt32(at + udp.HEADER_LENGTH, gue.HEADER);
  }

  /** ip_vs_core.c, `ipvs_udp_decap`. */
  innerAt(view: DataView, protocol: number, l4: number, end: number): number {
    const isOurs =
      protocol === ipv4.PROTOCOL_UDP &&
      l4 + BEHIND_IP <= end &&
      view.getUint16(l4 + udp.DESTINATION_PORT) === this.port &&
      view.getInt32(l4 + udp.HEADER_LENGTH) === gue.HEADER;
    return isOurs ? l4 + BEHIND_IP : 0;
  }
}

/** udp.h, `udp_flow_src_port`. A fragment is known by its addresses alone, so that all of a datagram take one way. */
function sourcePort(view: DataView, ip: number): number {
  const protocol = view.getUint8(ip + ipv4.PROTOCOL);
  const hasPorts =
    (protocol === ipv4.PROTOCOL_TCP || protocol === ipv4.PROTOCOL_UDP) &&
    (view.getUint16(ip + ipv4.FRAGMENT) & ~ipv4.DONT_FRAGMENT) === 0;
  const ports = hasPorts ? view.getInt32(ip + (view.getUint8(ip) & 15) * 4) : 0;
  const source = view.getInt32(ip + ipv4.SOURCE);
  const hash = hashKey(0, source, view.getInt32(ip + ipv4.DESTINATION), ports, protocol);
  return FIRST_PORT + Math.floor(((hash >>> 0) * PORTS) / 0x1_0000_0000);
}
