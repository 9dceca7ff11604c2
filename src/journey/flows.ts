import { formatIpv4 } from '../packet/address.ts';
import { idOf } from '../packet/ipv4.ts';
import { ACK, FIN, RST, SYN } from '../packet/tcp.ts';
import { requestLine, statusLine } from './first-line.ts';
import { FlowRecord } from './flow-record.ts';
import type { FrameFacts } from './frame-facts.ts';
import type { HopRecord, Stage } from './hop-record.ts';
import type { JourneyRecord } from './journey-record.ts';
import type { Flow, Journey } from './report.ts';
import { reversed, same, TupleIndex, type Tuple, type TupleEntry } from './tuple-index.ts';

/** A repeated ARP request belongs to the exchange before it; one after such a silence opens a new one. */
const ARP_SILENCE_NS = 2e9;
/** An idle UDP exchange or ping is over after this (the director's own UDP timeout). */
const IDLE_NS = 300e9;
/** How far back to look for what provoked a reset. */
const LOOK_BACK = 16;

/** Journeys, in order of time, to flows: by connection, both directions, translated addresses included. */
export class FlowDeriver {
  readonly flows: FlowRecord[] = [];
  readonly #tuples = new TupleIndex();
  /** First fragments: their later ones have no ports. */
  readonly #fragments = new Map<
    string,
    { readonly flow: FlowRecord; readonly direction: Journey['direction'] }
  >();

  add(journey: JourneyRecord): void {
    this.#place(journey);
    const flow = journey.flow!;
    flow.journeys.push(journey);
    const { last } = journey;
    const endNs = last.received ? last.arrivalNs : last.timeNs;
    if (endNs > flow.endNs) flow.endNs = endNs;
    if (journey.direction === 'reply') addOnce(flow.replied, journey.first.from);
    follow(flow, journey);
    if (provokes(journey)) noteProvocation(flow, journey);
    for (const hop of journey.hops) {
      if (hop.sentBy?.connection !== undefined) addOnce(flow.connections, hop.sentBy.connection);
      if (hop.followers === 0 && hop.received) flow.arrivals.push(hop);
    }
  }

  #place(journey: JourneyRecord): void {
    const { facts } = journey.first;
    if (facts.kind === 'arp') return this.#placeArp(journey);
    if (facts.quoted && this.#placeByQuote(journey, facts.quoted)) return;
    if (facts.kind === 'ip' && this.#placeFragment(journey)) return;
    const entry = this.#tuples.find(facts) ?? this.#findLater(journey);
    const flow = entry && this.#choose(entry, journey);
    if (flow && !isOver(flow, journey, entry.direction)) {
      this.#assign(journey, flow, entry.direction);
    } else {
      const backwards = looksLikeReply(facts, journey.first);
      const opened = this.#open(kindOf(facts), journey, backwards ? reversed(facts) : facts);
      this.#assign(journey, opened, backwards ? 'reply' : 'request');
    }
  }

  #assign(journey: JourneyRecord, flow: FlowRecord, direction: Journey['direction']): void {
    journey.flow = flow;
    journey.direction = direction;
    let before: Tuple | undefined;
    for (const { facts } of journey.hops) {
      if (facts.quoted !== undefined || (before && same(before, facts))) continue;
      this.#tuples.register(facts, flow, direction);
      before = facts;
      if (facts.kind !== 'ip' && facts.fragment) {
        this.#fragments.set(fragmentKey(facts), { flow, direction });
      }
    }
    if (direction === 'request') this.#expectStrangers(journey.last, flow);
  }

  /** A server that got a packet for the VIP may wrongly answer from its own address: that reply is of this flow too. */
  #expectStrangers(hop: HopRecord, flow: FlowRecord): void {
    const { facts, stage, to, segment } = hop;
    const station =
      hop.received && stage.network.isVip(facts.destination) && stage.network.station(to, segment);
    if (!station || station.node.role !== 'server' || flow.strangers.includes(to)) return;
    flow.strangers.push(to);
    this.#tuples.register({ ...tupleOf(facts), destination: station.port.address }, flow, 'request');
  }

  /** A journey whose first hops are missing, since it starts in the middle of the network, may be known by a later one. */
  #findLater(journey: JourneyRecord): TupleEntry | undefined {
    const { from, stage } = journey.first;
    const role = stage.network.node(from)?.role;
    if (role === 'client' || role === 'server') return undefined;
    for (let i = 1; i < journey.hops.length; i++) {
      const entry = this.#tuples.find(journey.hops[i]!.facts);
      if (entry) return entry;
    }
    return undefined;
  }

  /** Of several flows that look alike here, the one whose connection or whose client it is; never a guess. */
  #choose({ flows, direction }: TupleEntry, journey: JourneyRecord): FlowRecord {
    if (flows.length === 1) return flows[0]!;
    for (const { sentBy } of journey.hops) {
      if (sentBy?.connection === undefined) continue;
      const owner = flows.find((flow) => flow.connections.includes(sentBy.connection!));
      if (owner) return owner;
    }
    const { facts } = journey.last;
    const reached = flows.filter((flow) =>
      direction === 'reply'
        ? flow.clientAddress === facts.destination && flow.client.port === facts.destinationPort
        : flow.clientAddress === journey.first.facts.source,
    );
    if (reached.length === 1) return reached[0]!;
    journey.outcome = 'ambiguous';
    journey.confidence = 'ambiguous';
    for (const flow of flows) flow.candidates = flows.length;
    return flows[0]!;
  }

  #placeArp(journey: JourneyRecord): void {
    const { facts } = journey.first;
    const asks = facts.arpOperation === 1;
    const entry = this.#tuples.find(facts);
    const flow = entry?.flows[entry.flows.length - 1];
    const fits = flow && entry.direction === (asks ? 'request' : 'reply');
    const over = asks && flow && (flow.answered || journey.first.timeNs - flow.endNs > ARP_SILENCE_NS);
    if (fits && !over) return this.#assign(journey, flow, entry.direction);
    this.#assign(
      journey,
      this.#open('arp', journey, asks ? facts : reversed(facts)),
      asks ? 'request' : 'reply',
    );
  }

  #placeByQuote(journey: JourneyRecord, quoted: FrameFacts): boolean {
    const entry = this.#tuples.find(quoted);
    if (entry === undefined) return false;
    journey.flow = this.#choose(entry, journey);
    journey.direction = entry.direction === 'request' ? 'reply' : 'request';
    return true;
  }

  #placeFragment(journey: JourneyRecord): boolean {
    const { facts } = journey.first;
    if (!facts.fragment) return false;
    const known = this.#fragments.get(fragmentKey(facts));
    if (known === undefined) return false;
    journey.flow = known.flow;
    journey.direction = known.direction;
    return true;
  }

  #open(kind: Flow['kind'], journey: JourneyRecord, tuple: Tuple): FlowRecord {
    const { first } = journey;
    const ported = kind === 'tcp' || kind === 'udp';
    const end = (number: number, port: number) => ({
      number,
      node: ownerOf(number, first.stage),
      address: formatIpv4(number),
      ...(ported && { port }),
    });
    const client = end(tuple.source, tuple.sourcePort);
    // Whoever asks is known by its MAC, even when it asks with another's address.
    if (kind === 'arp' && journey.kind === 'arp-request') client.node = first.from;
    const service = end(tuple.destination, tuple.destinationPort);
    const flow = new FlowRecord(this.flows.length + 1, kind, first.stage, client, service);
    flow.startNs = first.timeNs;
    this.flows.push(flow);
    return flow;
  }
}

/** These lists have one entry, rarely two: quicker than sets, and there are many. */
function addOnce<T>(list: T[], value: T): void {
  if (!list.includes(value)) list.push(value);
}

function tupleOf({ protocol, source, sourcePort, destination, destinationPort }: Tuple): Tuple {
  return { protocol, source, sourcePort, destination, destinationPort };
}

function kindOf({ kind }: FrameFacts): Flow['kind'] {
  return kind === 'ip' ? 'other' : kind;
}

function ownerOf(address: number, { network }: Stage): string {
  return network.stationOfAddress(address)?.node.name ?? network.directorsOf(address)[0] ?? '';
}

function fragmentKey(facts: FrameFacts): string {
  return `${facts.protocol} ${facts.source} ${facts.destination} ${idOf(facts.bytes, facts.ipAt)}`;
}

/** A SYN with another sequence number opens a new connection on old ports. */
function isOver(flow: FlowRecord, { first }: JourneyRecord, direction: Journey['direction']): boolean {
  const { facts } = first;
  if (facts.kind !== 'tcp') return first.timeNs - flow.endNs > IDLE_NS;
  if (direction !== 'request' || (facts.flags & (SYN | ACK)) !== SYN) return false;
  return flow.synSequence === undefined ? flow.closed : flow.synSequence !== facts.sequence;
}

/** For a recording that starts in the middle: which side is the client's. */
function looksLikeReply(facts: FrameFacts, { stage: { network }, from }: HopRecord): boolean {
  if (facts.kind === 'tcp' && facts.flags & SYN) return (facts.flags & ACK) !== 0;
  if (facts.kind === 'icmp') return facts.icmpType === 0;
  if (facts.kind !== 'tcp' && facts.kind !== 'udp') return false;
  if (network.isVip(facts.destination)) return false;
  return network.isVip(facts.source) || network.node(from)?.role === 'server';
}

/** What the packet tells about its flow: requests, responses, beginnings and ends. */
function follow(flow: FlowRecord, journey: JourneyRecord): void {
  const { facts } = journey.first;
  const reply = journey.direction === 'reply';
  const reached = journey.hops.some((hop) => hop.received && hop.to === flow.client.node);
  if (facts.kind === 'arp') flow.answered ||= reply && reached;
  if (journey.kind === 'echo-reply') flow.answered ||= reply && reached;
  if (facts.kind !== 'tcp' && facts.kind !== 'udp') return;
  if (facts.payloadLength > 0) {
    const { bytes, payloadAt, payloadEnd } = facts;
    if (reply) {
      flow.response ||= statusLine(bytes, payloadAt, payloadEnd);
      flow.answered ||= reached;
    } else flow.request ||= requestLine(bytes, payloadAt, payloadEnd);
  }
  if (facts.kind !== 'tcp') return;
  if (!reply && (facts.flags & (SYN | ACK)) === SYN) flow.synSequence ??= facts.sequence;
  if (facts.flags & RST) flow.reset = true;
  if (facts.flags & FIN) {
    if (reply) flow.replyFin = true;
    else flow.requestFin = true;
  }
}

function provokes({ kind }: JourneyRecord): boolean {
  return kind === 'rst' || kind === 'icmp-error' || kind === 'arp-reply' || kind === 'echo-reply';
}

/** Finds the arrival that a reset, an error or an ARP reply answers: the latest at that node the other way. */
function noteProvocation(flow: FlowRecord, journey: JourneyRecord): void {
  const { first } = journey;
  const { quoted } = first.facts;
  const oldest = Math.max(0, flow.arrivals.length - LOOK_BACK);
  for (let i = flow.arrivals.length - 1; i >= oldest; i--) {
    const hop = flow.arrivals[i]!;
    if (hop.to !== first.from || hop.arrivalNs > first.timeNs || hop.provoked) continue;
    const { facts } = hop;
    const fits = quoted
      ? idOf(facts.bytes, facts.routedAt) === idOf(quoted.bytes, quoted.routedAt)
      : hop.journey!.direction !== journey.direction;
    if (!fits) continue;
    hop.provoked = first;
    return;
  }
}
