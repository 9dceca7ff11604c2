import { NO_MAC, type Ipv4, type Mac } from '../packet/address.ts';
import * as arp from '../packet/arp.ts';
import * as ethernet from '../packet/ethernet.ts';
import { isLeftToCard } from './frames/checksums.ts';
import type { Point } from './point.ts';

/** A share of unicast frames: the rest may have been flooded to an interface that hears everything. */
const NEARLY_ALL = 0.9;

/**
 * One interface of one host in one file, as far as the file tells them apart: an interface of the file, a device within a
 * cooked capture of all devices, a VLAN on a trunk.
 */
export class Port {
  /** The place of the file among the sources, and of the interface in it. */
  readonly source: number;
  readonly index: number;
  /** What names it on the command line and in notes: `eth0`, `#0`, `eth0.100`, `#0%2`. */
  readonly label: string;
  readonly name: string;
  readonly mac: Mac | undefined;
  frames = 0;
  /** Frames of other protocols, by what they are. */
  readonly others = new Map<string, number>();
  /** Frames of IPv4 that were for no host in particular. */
  readonly groups = { broadcast: 0, multicast: 0 };
  /** Of these, how many of what. */
  readonly groupNames = new Map<string, number>();
  /** Frames that had a VLAN tag. */
  tagged = 0;
  /** Where it was, once that is known. */
  point: Point | undefined;
  /** The segment of whose frames a switch sent copies here: then there is no such place. */
  mirror: string | undefined;
  #unicast = 0;
  readonly #macs = new Map<Mac, number>();
  readonly #senders = new Set<Mac>();
  readonly #unfilled = new Set<Mac>();

  constructor(
    source: number,
    index: number,
    suffix: string,
    { name, mac }: { readonly name: string; readonly mac?: Mac },
  ) {
    this.source = source;
    this.index = index;
    this.name = name;
    this.label = `${name || `#${index}`}${suffix}`;
    this.mac = mac;
  }

  /** Counts whose frames it saw. */
  see(bytes: Uint8Array, direction: 'in' | 'out' | undefined): void {
    this.frames++;
    if (bytes.length < ethernet.HEADER_LENGTH) return;
    const source = ethernet.sourceOf(bytes, 0);
    const destination = ethernet.destinationOf(bytes, 0);
    if (direction === 'out' && source !== NO_MAC) this.#senders.add(source);
    if (!isUnicast(destination) || source === NO_MAC) return;
    this.#unicast++;
    this.#macs.set(source, (this.#macs.get(source) ?? 0) + 1);
    if (destination !== NO_MAC && destination !== source)
      this.#macs.set(destination, (this.#macs.get(destination) ?? 0) + 1);
    if (direction === undefined && this.#unfilled.size < 2 && isLeftToCard(bytes)) this.#unfilled.add(source);
  }

  /**
   * MAC addresses that may be its own: of what it sent, where that is told; else those that stand in every unicast frame. Of
   * two that do, the one whose checksums were left to the card is the host's.
   */
  ownMacs(): Mac[] {
    if (this.#senders.size > 0) return [...this.#senders];
    const inAll = [...this.#macs].filter(([, count]) => count >= this.#unicast * NEARLY_ALL);
    const most = Math.max(...inAll.map(([, count]) => count));
    const own = inAll.flatMap(([mac, count]) => (count === most ? [mac] : []));
    const [sender] = this.#unfilled;
    return own.length > 1 && this.#unfilled.size === 1 && own.includes(sender!) ? [sender!] : own;
  }

  /** Every MAC address of its unicast frames. */
  macs(): Iterable<Mac> {
    return new Set([...this.#macs.keys(), ...this.#senders]);
  }
}

export function isUnicast(mac: Mac): boolean {
  return Math.floor(mac / 2 ** 40) % 2 === 0;
}

/** Who said to have which address, by ARP. */
export class ArpClaims {
  readonly #claims = new Map<Ipv4, Set<Mac>>();

  see(bytes: Uint8Array): void {
    const at = ethernet.HEADER_LENGTH;
    if (bytes.length < at || ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_ARP) return;
    if (arp.check(bytes, at, bytes.length) !== undefined) return;
    const address = arp.senderIpOf(bytes, at);
    if (address === 0) return;
    const macs = this.#claims.get(address) ?? new Set();
    this.#claims.set(address, macs.add(arp.senderMacOf(bytes, at)));
  }

  of(address: Ipv4): readonly Mac[] {
    return [...(this.#claims.get(address) ?? [])];
  }
}
