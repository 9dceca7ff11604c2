/** Codes of what the forwarder decided. They are data: texts for people come from the l10n bundles. */

export type Rule =
  /** No service and no address of ours: not for the forwarder. */
  | 'not-ours'
  | 'arp-vip'
  | 'arp-learn'
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
  | 'expire';

export type DropReason =
  | 'not-ours'
  | 'malformed'
  | 'ttl-expired'
  | 'bad-checksum'
  | 'no-connection'
  | 'no-server'
  | 'no-route'
  | 'neighbour-unreachable'
  | 'neighbour-queue-full'
  | 'table-full'
  | 'ports-exhausted'
  | 'ambiguous-port'
  | 'server-removed'
  | 'too-big'
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
  /** Held until a neighbour answers; a later `forwarded` with the same frame in follows, or a `dropped`. */
  | 'held'
  /** Taken in for the forwarder's own knowledge (an ARP reply), nothing sent. */
  | 'consumed'
  | 'dropped';

/** What the forwarder did with the frames it took in. Identical bytes recur: match by hash and by order. */
export interface Decision {
  /** `frameHash` of each frame consumed, as received; several for a reassembly, none for one made by a timer. */
  readonly framesIn: readonly number[];
  /** `frameHash` of each frame sent, as sent. */
  readonly framesOut: readonly number[];
  readonly relation: Relation;
  readonly rule: Rule;
  /** Only when `relation` is `dropped`. */
  readonly reason?: DropReason;
  readonly service?: string;
  readonly server?: string;
  /** The number of the connection entry made or used. */
  readonly connection?: number;
  /** For a fresh schedule: what the scheduler weighed, for instance `rr: turn 3` or `wlc: 256/3`. */
  readonly detail?: string;
}
