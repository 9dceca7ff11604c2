import { NO_ADDRESS, NO_MAC, type Ipv4, type Mac } from '../../packet/address.ts';
import * as arp from '../../packet/arp.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';
import { innermostAt, survivorsOf } from '../clocks/survivors.ts';

/** A frame of some recording, and where it stands there. */
export interface RecordedFrame {
  /** An Ethernet II frame without tags. */
  readonly bytes: Uint8Array;
  /** Index of the recording, and the frame's number in its file. */
  readonly source: number;
  readonly number: number;
}

/** A packet as it crossed one link: between two MAC addresses, with the headers that it had there. */
export interface Crossing {
  readonly from: Mac;
  readonly to: Mac;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly ttl: number;
  /** Of TCP, else 0. */
  readonly flags: number;
  readonly outer?: {
    readonly source: Ipv4;
    readonly destination: Ipv4;
    readonly protocol: number;
    readonly ttl: number;
  };
  readonly frame: RecordedFrame;
}

/** The crossings of one packet, in their order: a TTL only falls, and what is wrapped was not so before. */
export type Trail = readonly Crossing[];

export interface ArpClaim {
  readonly address: Ipv4;
  readonly mac: Mac;
  readonly isReply: boolean;
  readonly frame: RecordedFrame;
}

/** What frames say by themselves, without a word about the network they were in. */
export interface Observed {
  readonly trails: readonly Trail[];
  /** Who said to have which address. */
  readonly claims: readonly ArpClaim[];
  /** How many frames were looked at. */
  readonly frames: number;
}

export function observe(frames: Iterable<RecordedFrame>): Observed {
  const packets = new Map<number, Map<string, Crossing>>();
  const claims: ArpClaim[] = [];
  let count = 0;
  for (const frame of frames) {
    count++;
    const claim = claimOf(frame);
    if (claim) claims.push(claim);
    const survivors = survivorsOf(frame.bytes);
    if (survivors === undefined) continue;
    const crossing = crossingOf(frame);
    let seen = packets.get(survivors.key);
    if (seen === undefined) packets.set(survivors.key, (seen = new Map<string, Crossing>()));
    // Both ends of a link, and a retransmission, are the same link.
    const name = `${crossing.from} ${crossing.to} ${crossing.ttl} ${crossing.outer?.ttl ?? ''} ${crossing.destination}`;
    if (!seen.has(name)) seen.set(name, crossing);
  }
  return {
    trails: [...packets.values()].map((seen) => [...seen.values()].sort(inOrder)),
    claims,
    frames: count,
  };
}

function inOrder(a: Crossing, b: Crossing): number {
  if (a.ttl !== b.ttl) return b.ttl - a.ttl;
  return (b.outer?.ttl ?? 256) - (a.outer?.ttl ?? 256);
}

function claimOf(frame: RecordedFrame): ArpClaim | undefined {
  const { bytes } = frame;
  const at = ethernet.HEADER_LENGTH;
  if (bytes.length < at || ethernet.etherTypeOf(bytes, 0) !== ethernet.ETHERTYPE_ARP) return undefined;
  if (arp.check(bytes, at, bytes.length) !== undefined) return undefined;
  const [address, mac] = [arp.senderIpOf(bytes, at), arp.senderMacOf(bytes, at)];
  // A probe has no address yet (RFC 5227).
  if (address === NO_ADDRESS || mac === NO_MAC) return undefined;
  return { address, mac, isReply: arp.operationOf(bytes, at) === arp.REPLY, frame };
}

/** Of a frame that has survivors: its headers are there. */
function crossingOf(frame: RecordedFrame): Crossing {
  const { bytes } = frame;
  const outerAt = ethernet.HEADER_LENGTH;
  const at = innermostAt(bytes, outerAt, bytes.length);
  const protocol = ipv4.protocolOf(bytes, at);
  const l4At = at + ipv4.headerLengthOf(bytes, at);
  const hasPorts = protocol === ipv4.PROTOCOL_TCP || protocol === ipv4.PROTOCOL_UDP;
  return {
    from: ethernet.sourceOf(bytes, 0),
    to: ethernet.destinationOf(bytes, 0),
    source: ipv4.sourceOf(bytes, at),
    destination: ipv4.destinationOf(bytes, at),
    sourcePort: hasPorts ? tcp.sourcePortOf(bytes, l4At) : 0,
    destinationPort: hasPorts ? tcp.destinationPortOf(bytes, l4At) : 0,
    protocol,
    ttl: ipv4.ttlOf(bytes, at),
    flags: protocol === ipv4.PROTOCOL_TCP ? tcp.flagsOf(bytes, l4At) : 0,
    ...(at !== outerAt && {
      outer: {
        source: ipv4.sourceOf(bytes, outerAt),
        destination: ipv4.destinationOf(bytes, outerAt),
        protocol: ipv4.protocolOf(bytes, outerAt),
        ttl: ipv4.ttlOf(bytes, outerAt),
      },
    }),
    frame,
  };
}

/** What a packet asks: the first of a connection, or a datagram to the lower port. */
export function isRequest({ protocol, flags, sourcePort, destinationPort }: Crossing): boolean {
  if (protocol === ipv4.PROTOCOL_TCP) return (flags & (tcp.SYN | tcp.ACK | tcp.RST)) === tcp.SYN;
  return protocol === ipv4.PROTOCOL_UDP && destinationPort < sourcePort;
}

/** Nobody counted it down yet: the systems there are begin with one of these. */
export function isInitialTtl(ttl: number): boolean {
  return ttl === 64 || ttl === 128 || ttl === 255;
}

/** One machine is between them: each takes one from the TTL, and a director may be set to take none. */
export function isNextHop(before: Crossing, after: Crossing): boolean {
  const fallen = before.outer && after.outer ? before.outer.ttl - after.outer.ttl : before.ttl - after.ttl;
  return fallen <= 1 && fallen >= 0;
}
