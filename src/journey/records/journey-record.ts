import { ACK, FIN, RST, SYN } from '../../packet/tcp.ts';
import { ECHO_REPLY, ECHO_REQUEST } from '../../packet/icmp.ts';
import type { FlowRecord } from './flow-record.ts';
import type { FrameFacts } from './frame-facts.ts';
import type { HopRecord } from './hop-record.ts';
import type { Parts } from './parts.ts';
import type { Confidence, Journey, JourneyKind } from '../report.ts';

/** A hop that shows a part of a promise broken. */
export interface Breach {
  readonly part: number;
  readonly hop: HopRecord;
}

/** One logical packet. */
export class JourneyRecord {
  /** 0 until somebody has been told of it. */
  id = 0;
  /** By time. */
  hops: HopRecord[];
  readonly kind: JourneyKind;
  flow: FlowRecord | undefined = undefined;
  direction: Journey['direction'] = 'request';
  retransmission = false;
  /** Several flows could be its own. */
  unsure = false;
  outcome: Journey['outcome'] = 'arrived';
  confidence: Confidence = 'certain';
  /** Its last frame may still be under way. */
  pending = false;
  /** It turned out to be part of another, or was taken out of the recording. */
  gone = false;
  /** Waiting to be judged. */
  stale = false;
  /** What it shows of its epoch's promises: the parts kept, once it has been taken in; and what breaks one. */
  kept: Parts | undefined = undefined;
  broken: readonly Breach[] | undefined = undefined;
  ambiguousJoins = 0;
  /** Bytes of IPv4 that came in to forwarders, and to which; where to several, how many to each. */
  directorBytes = 0;
  director: string | ReadonlyMap<string, number> = '';

  constructor(first: HopRecord) {
    this.hops = [first];
    this.kind = kindOf(first.facts);
  }

  get first(): HopRecord {
    return this.hops[0]!;
  }

  /** The hop that the packet ended with; of several (fragments, a broadcast) the latest. */
  get last(): HopRecord {
    return this.hops[this.hops.length - 1]!;
  }

  /** Its place among all. */
  get order(): number {
    return this.hops[0]!.index;
  }

  /** Gives up what can be had again, when nothing more is expected to happen to it. */
  rest(): void {
    // A list that grew has room for many more.
    this.hops = this.hops.slice();
    for (const hop of this.hops) hop.rest();
  }

  add(hop: HopRecord): void {
    let at = this.hops.length;
    // Clocks of captures differ, and yet it comes after the hop that it continues.
    const parent = hop.stage.isCapture ? hop.parent : undefined;
    while (
      at > 1 &&
      (parent === undefined || this.hops[at - 1] !== parent) &&
      isBefore(hop, this.hops[at - 1]!)
    )
      at--;
    this.hops.splice(at, 0, hop);
    hop.journey = this;
  }

  /** Of a hop that turned out to continue another, in a capture. */
  settle(hop: HopRecord): void {
    if (!hop.stage.isCapture) return;
    const at = this.hops.indexOf(hop);
    if (hop.parent === undefined || at > this.hops.indexOf(hop.parent)) return;
    this.hops.splice(at, 1);
    this.add(hop);
  }
}

function isBefore(a: HopRecord, b: HopRecord): boolean {
  return a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.index < b.index);
}

/** The least sure of its joins. */
export function journeyConfidence({ hops, unsure }: JourneyRecord): Confidence {
  let least: Confidence = unsure ? 'ambiguous' : 'certain';
  for (const hop of hops) least = leastSure(least, confidenceOf(hop));
  return least;
}

/** How sure the joins of a hop are, with what has become of the other candidates. */
export function confidenceOf(hop: HopRecord): Confidence {
  if (hop.contested && hop.followers === 0) return 'ambiguous';
  if (hop.links?.linkRivals?.some((rival) => !rival.received)) return 'ambiguous';
  if (hop.links?.rivals?.some((rival) => rival.followers === 0)) return 'ambiguous';
  return hop.join;
}

const ranks = { certain: 0, strong: 1, likely: 2, ambiguous: 3 } as const;

function leastSure(a: Confidence, b: Confidence): Confidence {
  return ranks[a] >= ranks[b] ? a : b;
}

function kindOf(facts: FrameFacts): JourneyKind {
  switch (facts.kind) {
    case 'tcp':
      return tcpKindOf(facts);
    case 'udp':
      return 'udp';
    case 'icmp':
      if (facts.icmpType === ECHO_REQUEST) return 'echo-request';
      if (facts.icmpType === ECHO_REPLY) return 'echo-reply';
      return facts.quoted ? 'icmp-error' : 'other';
    case 'arp':
      return facts.arpOperation === 1 ? 'arp-request' : 'arp-reply';
    case 'vrrp':
      return 'vrrp-advertisement';
    default:
      return 'other';
  }
}

function tcpKindOf({ flags, sentLength }: FrameFacts): JourneyKind {
  if (flags & RST) return 'rst';
  if (flags & SYN) return flags & ACK ? 'syn-ack' : 'syn';
  if (flags & FIN) return 'fin';
  return sentLength > 0 ? 'data' : 'ack';
}
