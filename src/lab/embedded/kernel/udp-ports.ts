import type { Ipv4 } from '../../../packet/address.ts';
import { view } from '../../../packet/bytes.ts';
import { l4ChecksumOk } from '../../../packet/checksum.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import * as udp from '../../../packet/udp.ts';
import type { IpOutput } from './ip-output.ts';
import type { Packet } from './packet.ts';

export interface Datagram {
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly destination: Ipv4;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** Who listens on a UDP port. */
export interface UdpOwner {
  received(datagram: Datagram): void;
  /** An ICMP error answered a datagram from this port: the host refuses it, or there is no way to it. */
  failed?(how: 'refused' | 'unreachable'): void;
}

const FIRST_EPHEMERAL = 40000;
const LAST_EPHEMERAL = 60999;

/** The UDP of one host (RFC 768). */
export class UdpPorts {
  readonly #output: IpOutput;
  readonly #owners = new Map<number, UdpOwner>();
  #nextPort: number;

  constructor(output: IpOutput, firstPort: number) {
    this.#output = output;
    this.#nextPort = firstPort;
  }

  /** Takes `port`, or an ephemeral one. `undefined` when it, or every one, is taken. */
  bind(owner: UdpOwner, port?: number): number | undefined {
    const bound = port ?? this.#ephemeralPort();
    if (bound === undefined || this.#owners.has(bound)) return undefined;
    this.#owners.set(bound, owner);
    return bound;
  }

  release(port: number): void {
    this.#owners.delete(port);
  }

  /** False without a route. */
  send(datagram: Datagram): boolean {
    const { source, destination } = datagram;
    const header = { source, destination, protocol: ipv4.PROTOCOL_UDP, dontFragment: false };
    return this.#output.send(header, udp.encode(datagram, datagram.payload, source, destination));
  }

  /** False when nobody listens on the port. */
  arrives(packet: Packet): boolean {
    const { bytes, at, payloadAt, end } = packet;
    if (udp.check(bytes, payloadAt, end) || l4ChecksumOk(bytes, at, end) === false) return true;
    const owner = this.#owners.get(udp.destinationPortOf(bytes, payloadAt));
    owner?.received({
      source: packet.source,
      sourcePort: udp.sourcePortOf(bytes, payloadAt),
      destination: packet.destination,
      destinationPort: udp.destinationPortOf(bytes, payloadAt),
      payload: view(bytes, payloadAt + udp.HEADER_LENGTH, payloadAt + udp.lengthOf(bytes, payloadAt)),
    });
    return owner !== undefined;
  }

  failed(port: number, how: 'refused' | 'unreachable'): void {
    this.#owners.get(port)?.failed?.(how);
  }

  #ephemeralPort(): number | undefined {
    for (let tried = FIRST_EPHEMERAL; tried <= LAST_EPHEMERAL; tried += 1) {
      const port = this.#nextPort;
      this.#nextPort = port === LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1;
      if (!this.#owners.has(port)) return port;
    }
    return undefined;
  }
}
