import type { Frame } from './frame.ts';

/** Codes of what the forwarder decided. They are data: texts for people come from the l10n bundles. */

export type Rule =
  /** No service and no address of ours: not for the forwarder. */
  | 'not-ours'
  | 'arp-vip'
  | 'arp-learn'
  | 'ping-vip'
  | 'schedule'
  | 'established'
  | 'reply'
  | 'nat-out'
  | 'nat-in'
  | 'no-service'
  | 'no-entry'
  | 'neighbour'
  | 'malformed'
  | 'ttl'
  | 'mtu'
  /** An ICMP error about a packet of a connection, on its way to the end it concerns. */
  | 'icmp-error'
  /** Waits for the other fragments of its datagram, or follows the first one. */
  | 'fragment'
  | 'expire';

export type DropReason =
  | 'not-ours'
  | 'malformed'
  | 'ttl-expired'
  | 'bad-checksum'
  /** The checksum of the IPv4 header itself. */
  | 'bad-ip-checksum'
  /** A source that nobody else can have: an address of the director's own, a VIP, a broadcast, no host's at all. */
  | 'martian-source'
  | 'no-connection'
  | 'no-server'
  /** A hash names a server with weight 0, and other servers have more. */
  | 'server-drained'
  | 'no-route'
  | 'neighbour-unreachable'
  | 'neighbour-queue-full'
  | 'table-full'
  | 'ports-exhausted'
  | 'ambiguous-port'
  | 'server-removed'
  | 'too-big'
  | 'bad-fragment'
  | 'fragment-timeout'
  | 'fragments-full'
  | 'source-route'
  /** An ICMP error that was not passed on: its receiver has had as many as Linux sends. */
  | 'rate-limited'
  | 'unsupported';

export type Relation =
  /** Out is in, rewritten. */
  | 'forwarded'
  /** Out answers in (ARP reply, RST, echo reply). */
  | 'answered'
  /** Out is an error that in caused (ICMP). */
  | 'caused-error'
  /** Out was made without a frame in (an ARP request of the director's own, a reset after a timer). */
  | 'originated'
  /** Held until a neighbour answers or the other fragments are there; a later `forwarded` with the same frame in follows, or a `dropped`. */
  | 'held'
  /** Taken in for the forwarder's own knowledge (an ARP reply), nothing sent. */
  | 'consumed'
  | 'dropped';

/** What the forwarder did with the frames it took in. Identical bytes recur: match by hash and by order. */
export interface Decision {
  /** `frameHash` of each frame consumed, as received; for a reassembly each fragment in order; none for one made by a timer. */
  readonly framesIn: readonly number[];
  /** `frameHash` of each frame sent, as sent. */
  readonly framesOut: readonly number[];
  readonly relation: Relation;
  readonly rule: Rule;
  /** Why it was dropped, or caused an error. */
  readonly reason?: DropReason;
  readonly service?: string;
  readonly server?: string;
  /** The number of the connection entry made or used. */
  readonly connection?: number;
  /** For a fresh schedule: what the scheduler weighed, for instance `rr: #3` or `wlc: rs1 256/3, rs2 0/1`. */
  readonly detail?: string;
}

/**
 * What one call decided, for the port that made the call. Reused: it and its frames are good until the next call.
 * One call may decide several things (an ARP reply is taken in and a held frame leaves): they are chained by `next`,
 * in the order in which they happened. A verdict that took nothing in and sends nothing out is no decision at all: the
 * frame belongs to the node's kernel.
 */
export class Verdict {
  relation: Relation = 'dropped';
  rule: Rule = 'not-ours';
  reason: DropReason | undefined = undefined;
  /** Index into the configuration's services; -1 when none is concerned. */
  service = -1;
  /** The forwarder's own number for the server (`Forwarder.serverName`); -1 when none is concerned. */
  server = -1;
  /** Serial number of the connection, from 1 and never used twice; 0 when none is concerned. */
  connection = 0;
  /** Whether the frame just received is among the frames taken in. */
  input = false;
  /** Where it stands among them; the others are `released`. Fragments are told in the order of their offsets. */
  place = 0;
  /** The frames to send: the first `count` of `frames`. */
  count = 0;
  readonly frames: Frame[] = [];
  /** When held: the ticket under which `released` will name the frame again. */
  ticket = 0;
  /** Tickets of frames held earlier that this decision is about. */
  readonly released: number[] = [];
  /** Made only when someone watches. */
  detail: string | undefined = undefined;
  next: Verdict | undefined = undefined;
}
