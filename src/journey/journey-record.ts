import { ACK, FIN, RST, SYN } from '../packet/tcp.ts';
import { ECHO_REPLY, ECHO_REQUEST } from '../packet/icmp.ts';
import type { FlowRecord } from './flow-record.ts';
import type { FrameFacts } from './frame-facts.ts';
import type { HopRecord } from './hop-record.ts';
import type { Confidence, Journey, JourneyKind } from './report.ts';

/** One logical packet while a report is made. */
export class JourneyRecord {
  readonly id: number;
  readonly hops: HopRecord[];
  readonly kind: JourneyKind;
  flow: FlowRecord | undefined = undefined;
  direction: Journey['direction'] = 'request';
  retransmission = false;
  outcome: Journey['outcome'] = 'arrived';
  confidence: Confidence = 'certain';
  /** Its last frame may still be under way. */
  pending = false;

  constructor(id: number, first: HopRecord) {
    this.id = id;
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
}

/** Hops, ordered by time, to journeys, ordered by their first hop. */
export function deriveJourneys(hops: readonly HopRecord[]): JourneyRecord[] {
  const journeys: JourneyRecord[] = [];
  for (const hop of hops) {
    hop.journey = undefined;
    hop.provoked = undefined;
    hop.arrival = undefined;
  }
  for (const hop of hops) {
    const journey = (hop.copyOf ?? hop.previous)?.journey;
    if (journey) {
      hop.journey = journey;
      journey.hops.push(hop);
    } else {
      hop.journey = new JourneyRecord(journeys.length + 1, hop);
      journeys.push(hop.journey);
    }
    hop.journey.confidence = leastSure(hop.journey.confidence, confidenceOf(hop));
  }
  return journeys;
}

/** How sure the joins of a hop are, with what has become of the other candidates. */
export function confidenceOf(hop: HopRecord): Confidence {
  if (hop.contested && hop.followers === 0) return 'ambiguous';
  if (hop.linkRivals?.some((rival) => !rival.received)) return 'ambiguous';
  if (hop.rivals?.some((rival) => rival.followers === 0)) return 'ambiguous';
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
    default:
      return 'other';
  }
}

function tcpKindOf({ flags, payloadLength }: FrameFacts): JourneyKind {
  if (flags & RST) return 'rst';
  if (flags & SYN) return flags & ACK ? 'syn-ack' : 'syn';
  if (flags & FIN) return 'fin';
  return payloadLength > 0 ? 'data' : 'ack';
}
