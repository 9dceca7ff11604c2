import type { Ipv4, Mac } from '../../../packet/address.ts';
import { setU48 } from '../../../packet/bytes.ts';
import type { Clock, Timer } from '../clock.ts';
import type { Link } from './link.ts';

const SECOND = 1e9;
/** Linux's mcast_solicit and ucast_solicit, a second apart (retrans_time_ms). */
const PROBES = 3;
const PROBE_INTERVAL = 1 * SECOND;
/** How long a changed entry stands against another answer (locktime): so the faster of two answers wins. */
const LOCK_TIME = 1 * SECOND;
/** base_reachable_time. Linux draws anew between half and one and a half of it; here it is always the same. */
const REACHABLE = 30 * SECOND;
/** delay_first_probe_time. */
const DELAY = 5 * SECOND;
/** Packets that may wait for one neighbour; the oldest gives way. */
const QUEUE_LENGTH = 100;

/**
 * Linux's states (RFC 4861, section 7.3.2, has the same names): nobody has answered yet; confirmed not long ago; not
 * confirmed, but used; used again and waiting whether somebody confirms it; asked again, alone. A failed one is deleted
 * here, which is the same: the next packet asks everybody, at once.
 */
export type NeighbourState = 'incomplete' | 'reachable' | 'stale' | 'delay' | 'probe';

interface Neighbour {
  readonly link: Link;
  readonly address: Ipv4;
  state: NeighbourState;
  /** Known in every state but `incomplete`. */
  mac: Mac | undefined;
  /** When state or MAC changed last. */
  updatedNs: number;
  confirmedNs: number;
  probes: number;
  timer: Timer | undefined;
  readonly waiting: Uint8Array[];
}

/** How an address was learned: decides whether an entry is made, and whether one is overwritten. */
export type Learning =
  /** From the sender of a request for an address of ours. */
  | 'asked-us'
  /** From an answer sent to us. */
  | 'answered-us'
  /** From any other ARP packet that came by. */
  | 'overheard'
  /** From an announcement: sender and target are the same address. */
  | 'announced';

/** Asks for `address` on the link: everybody, or only `mac`. `waiting` is the packet that wants to go there. */
export type Solicit = (
  link: Link,
  address: Ipv4,
  mac: Mac | undefined,
  waiting: Uint8Array | undefined,
) => void;

/** Gets each frame that waited in vain: nobody answered for `address`, or too many waited. */
export type GiveUp = (
  frame: Uint8Array,
  link: Link,
  address: Ipv4,
  reason: 'neighbour-unreachable' | 'neighbour-queue-full',
) => void;

/** The ARP table of a node, with the packets that wait for an answer. It ages as Linux's does. */
export class Neighbours {
  readonly #clock: Clock;
  readonly #solicit: Solicit;
  readonly #giveUp: GiveUp;
  readonly #entries = new Map<Link, Map<Ipv4, Neighbour>>();

  constructor(clock: Clock, solicit: Solicit, giveUp: GiveUp) {
    this.#clock = clock;
    this.#solicit = solicit;
    this.#giveUp = giveUp;
  }

  /** Sends a frame whose Ethernet addresses are still open to `address`, now or once it has answered. */
  send(link: Link, address: Ipv4, frame: Uint8Array): void {
    const known = this.#find(link, address);
    const neighbour = known ?? this.#add(link, address);
    if (neighbour.mac !== undefined) {
      transmit(neighbour, neighbour.mac, frame);
      this.#used(neighbour);
      return;
    }
    if (neighbour.waiting.length === QUEUE_LENGTH)
      this.#giveUp(neighbour.waiting.shift()!, link, address, 'neighbour-queue-full');
    neighbour.waiting.push(frame);
    if (!known) this.#probe(neighbour);
  }

  learn(link: Link, address: Ipv4, mac: Mac, how: Learning): void {
    const neighbour =
      this.#find(link, address) ?? (how === 'asked-us' ? this.#add(link, address) : undefined);
    if (!neighbour) return;
    const now = this.#clock.now();
    // Only an answer that was asked for shows that packets get there and back.
    const confirms = how === 'answered-us';
    if (confirms) neighbour.confirmedNs = now;
    const known = neighbour.mac;
    const overrides =
      how === 'asked-us' ||
      how === 'announced' ||
      now > neighbour.updatedNs + LOCK_TIME ||
      known === undefined;
    if (known !== undefined && known !== mac && !overrides) return;
    const state = confirms ? 'reachable' : known === mac ? neighbour.state : 'stale';
    if (state !== neighbour.state) {
      neighbour.timer?.cancel();
      neighbour.timer = undefined;
    }
    if (state !== neighbour.state || mac !== known) neighbour.updatedNs = now;
    neighbour.state = state;
    neighbour.mac = mac;
    for (const frame of neighbour.waiting.splice(0)) {
      transmit(neighbour, mac, frame);
      this.#used(neighbour);
    }
  }

  /** A connection makes progress through this neighbour: packets get there and back. */
  confirm(link: Link, address: Ipv4): void {
    const neighbour = this.#find(link, address);
    if (neighbour?.mac !== undefined) neighbour.confirmedNs = this.#clock.now();
  }

  /** Forgets what is known of `address`; packets that wait for it go on waiting. False when nothing is known. */
  forget(link: Link, address: Ipv4): boolean {
    const neighbour = this.#find(link, address);
    if (neighbour?.mac === undefined) return false;
    neighbour.timer?.cancel();
    this.#entries.get(link)?.delete(address);
    return true;
  }

  /** Forgets everything on a link that is gone. */
  forgetLink(link: Link): void {
    for (const neighbour of this.#entries.get(link)?.values() ?? []) neighbour.timer?.cancel();
    this.#entries.delete(link);
  }

  *entries(): Iterable<Readonly<Pick<Neighbour, 'link' | 'address' | 'mac' | 'state'>>> {
    for (const byAddress of this.#entries.values()) yield* byAddress.values();
  }

  #find(link: Link, address: Ipv4): Neighbour | undefined {
    return this.#entries.get(link)?.get(address);
  }

  #add(link: Link, address: Ipv4): Neighbour {
    const neighbour: Neighbour = {
      link,
      address,
      state: 'incomplete',
      mac: undefined,
      updatedNs: -Infinity,
      confirmedNs: -Infinity,
      probes: 0,
      timer: undefined,
      waiting: [],
    };
    const byAddress = this.#entries.get(link) ?? new Map<Ipv4, Neighbour>();
    byAddress.set(address, neighbour);
    this.#entries.set(link, byAddress);
    return neighbour;
  }

  /** An entry in use that nobody confirmed for long is asked again, alone, before it is given up. */
  #used(neighbour: Neighbour): void {
    const isOld = this.#clock.now() > neighbour.confirmedNs + REACHABLE;
    if (neighbour.state !== 'stale' && !(neighbour.state === 'reachable' && isOld)) return;
    neighbour.state = 'delay';
    neighbour.timer = this.#clock.after(DELAY, () => this.#delayed(neighbour), 'background');
  }

  #delayed(neighbour: Neighbour): void {
    neighbour.timer = undefined;
    const isConfirmed = this.#clock.now() <= neighbour.confirmedNs + DELAY;
    neighbour.state = isConfirmed ? 'reachable' : 'probe';
    neighbour.updatedNs = this.#clock.now();
    neighbour.probes = 0;
    if (!isConfirmed) this.#probe(neighbour);
  }

  #probe(neighbour: Neighbour): void {
    neighbour.timer = undefined;
    if (neighbour.probes === PROBES) {
      this.#fail(neighbour);
      return;
    }
    neighbour.probes += 1;
    neighbour.timer = this.#clock.after(
      PROBE_INTERVAL,
      () => this.#probe(neighbour),
      neighbour.mac === undefined ? 'matters' : 'background',
    );
    this.#solicit(neighbour.link, neighbour.address, neighbour.mac, neighbour.waiting[0]);
  }

  #fail(neighbour: Neighbour): void {
    this.#entries.get(neighbour.link)?.delete(neighbour.address);
    for (const frame of neighbour.waiting.splice(0))
      this.#giveUp(frame, neighbour.link, neighbour.address, 'neighbour-unreachable');
  }
}

function transmit(neighbour: Neighbour, mac: Mac, frame: Uint8Array): void {
  setU48(frame, 0, mac);
  setU48(frame, 6, neighbour.link.mac);
  neighbour.link.send(frame);
}
