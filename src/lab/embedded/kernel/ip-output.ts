import { type Ipv4, NO_ADDRESS, NO_MAC } from '../../../packet/address.ts';
import { buildIpv4 } from '../../../packet/build.ts';
import * as ethernet from '../../../packet/ethernet.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import { fragment } from './fragments.ts';
import type { Neighbours } from './neighbours.ts';
import { PathMtu } from './path-mtu.ts';
import { route } from './routes.ts';
import { isLocal, type KernelSettings } from './settings.ts';
import { headersOf, type Tell } from './told.ts';
import type { Clock } from '../clock.ts';

const AT = ethernet.HEADER_LENGTH;
const NO_MACS = { source: NO_MAC, destination: NO_MAC };
/** IPv4 and TCP headers without options. */
const TCP_HEADERS = 40;

/** What a host decides about a packet of its own. */
export interface OutgoingHeader {
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly protocol: number;
  readonly dontFragment: boolean;
  readonly trafficClass?: number;
  /** Left out: the next of the host's own. */
  readonly id?: number;
}

/** How a packet of a host's own leaves it, and how any packet reaches the next hop. */
export class IpOutput {
  readonly paths: PathMtu;
  readonly #settings: () => KernelSettings;
  readonly #neighbours: Neighbours;
  readonly #loopback: (frame: Uint8Array) => void;
  readonly #tell: Tell;
  #nextId: number;

  constructor(
    clock: Clock,
    firstId: number,
    settings: () => KernelSettings,
    neighbours: Neighbours,
    loopback: (frame: Uint8Array) => void,
    tell: Tell,
  ) {
    this.#tell = tell;
    this.paths = new PathMtu(clock);
    this.#nextId = firstId & 0xffff;
    this.#settings = settings;
    this.#neighbours = neighbours;
    this.#loopback = loopback;
  }

  /**
   * The address a packet to `destination` leaves with, when nothing else decides: that of the outgoing interface. A client
   * that asks in vain sends nothing, which is told.
   */
  sourceFor(destination: Ipv4, asks: 'client' | 'kernel' = 'client'): Ipv4 | undefined {
    if (isLocal(this.#settings(), destination)) return destination;
    const next = route(this.#settings(), destination);
    if (!next && asks === 'client')
      this.#tell({ reason: 'no-route', packet: { source: NO_ADDRESS, destination, protocol: 0 } });
    return next?.link.address;
  }

  /** Greatest TCP payload towards `remote` that needs no fragmentation. */
  maximumSegment(remote: Ipv4): number {
    const mtu = route(this.#settings(), remote)?.link.mtu ?? 576;
    return Math.min(mtu, this.paths.of(remote) ?? mtu) - TCP_HEADERS;
  }

  /** A connection to `remote` makes progress: whoever is next on the way there is reachable. */
  confirm(remote: Ipv4): void {
    const next = route(this.#settings(), remote);
    if (next) this.#neighbours.confirm(next.link, next.address);
  }

  /** False when there is no route. */
  send(header: OutgoingHeader, payload: Uint8Array): boolean {
    const frame = buildIpv4({ ethernet: NO_MACS, ip: { ...header, id: header.id ?? this.#id() }, payload });
    if (isLocal(this.#settings(), header.destination)) {
      this.#loopback(frame);
      return true;
    }
    const next = route(this.#settings(), header.destination);
    if (!next) {
      this.#tell({ reason: 'no-route', packet: headersOf(frame, AT) });
      return false;
    }
    const mtu = Math.min(next.link.mtu, this.paths.of(header.destination) ?? next.link.mtu);
    // A packet with DF that is too big never gets here: TCP asks for the segment size first.
    const frames = header.dontFragment ? [frame] : fragment(frame, mtu);
    for (const piece of frames) this.#neighbours.send(next.link, next.address, piece);
    return true;
  }

  /** 1 to 65535 in turn; 0 is for packets without a socket. */
  #id(): number {
    this.#nextId = (this.#nextId % 0xffff) + 1;
    return this.#nextId;
  }
}

/** The frame's IPv4 packet, as `ip-output` builds it. */
export function packetOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(AT, AT + ipv4.totalLengthOf(frame, AT));
}
