import { idOf } from '../../packet/ipv4.ts';
import { ACK, FIN, RST, SYN } from '../../packet/tcp.ts';
import { requestLine, statusLine } from '../../packet/http-line.ts';
import { openFlow, tupleOf } from './flow-opening.ts';
import { isVrrpOver, takeoverOf } from './takeovers.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import { FlowStep } from './flow-step.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import type { Journey } from '../report.ts';
import { noteSegment } from './retransmissions.ts';
import { Versions } from '../records/versions.ts';
import { same, TupleIndex, type Tuple, type TupleEntry } from '../records/tuple-index.ts';

/** A repeated ARP request belongs to the exchange before it; one after such a silence opens a new one. */
const ARP_SILENCE_NS = 2e9;
/** An idle UDP exchange or ping is over after this (the director's own UDP timeout). */
const IDLE_NS = 300e9;
/** How far back to look for what provoked a reset. */
const LOOK_BACK = 16;
/** How long what a journey did can be taken back: longer than any packet waits for anything. */
const UNDO_NS = 6e9;

interface Placement {
  readonly flow: FlowRecord;
  readonly direction: Journey['direction'];
  /** Its addresses and ports are those of the flow: more of the same are too. */
  readonly isTelling: boolean;
  /** Of a flow that it opens: the one that had the same addresses and ports. */
  readonly before?: FlowRecord | undefined;
}

/** Is told of whatever a journey did to others than itself, and of each flow it was put into or taken out of. */
export interface FlowListener {
  flow(flow: FlowRecord): void;
  journey(journey: JourneyRecord): void;
}

/**
 * Journeys, in their order, to flows: by connection, both directions, translated addresses included. The latest can
 * be taken back, so that what turns out otherwise is placed as if that had been known before.
 */
export class FlowDeriver {
  readonly flows = new Set<FlowRecord>();
  readonly #listener: FlowListener;
  #tuples = new TupleIndex();
  /** First fragments: their later ones have no ports. */
  #fragments = new Versions<string, Placement>();
  /** How many flows a packet that could be several's may have been of; for each of these. */
  #candidates = new Versions<FlowRecord, number>();
  #steps: FlowStep[] = [];
  /** Journeys before this one cannot be taken back one by one any more. */
  #fixed = -1;
  /** Flows opened by journeys that were taken back: they may be opened again, and are the same then. */
  readonly #closed = new Map<JourneyRecord, FlowRecord>();

  constructor(listener: FlowListener) {
    this.#listener = listener;
  }

  /** Whether `takeBack` can go back so far. */
  reaches(order: number): boolean {
    return order > this.#fixed;
  }

  /** As if journeys from this one on had not been added. */
  takeBack(order: number): void {
    for (let step = this.#steps.at(-1); step && step.journey.order >= order; step = this.#steps.at(-1)) {
      this.#steps.pop();
      step.takeBack();
      const { flow, journey } = step;
      if (flow.journeys.length === 0) {
        this.flows.delete(flow);
        this.#closed.set(journey, flow);
      }
      this.#listener.flow(flow);
      if (step.provoker?.journey) this.#listener.journey(step.provoker.journey);
      if (step.reused) this.#listener.flow(step.reused);
    }
    this.#tuples.takeBack(order);
    this.#fragments.takeBack(order);
    for (const flow of this.#candidates.takeBack(order)) {
      flow.candidates = this.#candidates.get(flow) ?? 0;
      this.#listener.flow(flow);
    }
  }

  /** As if no journey had been added. What they provoked is to be judged anew by the caller. */
  restart(): void {
    for (const flow of this.flows) {
      this.#closed.set(flow.journeys[0]!, flow);
      for (const { hops } of flow.journeys) for (const hop of hops) hop.provoked = undefined;
      flow.clear();
    }
    this.flows.clear();
    this.#tuples = new TupleIndex();
    this.#fragments = new Versions();
    this.#candidates = new Versions();
    this.#steps = [];
    this.#fixed = -1;
  }

  /** Call it when all that were taken back are added again: flows that nobody opened again are gone. */
  settle(nowNs: number): void {
    for (const flow of this.#closed.values()) {
      flow.gone = true;
      this.#listener.flow(flow);
    }
    this.#closed.clear();
    let old = 0;
    while (old < this.#steps.length && nowNs - this.#steps[old]!.journey.first.timeNs > UNDO_NS) old++;
    // In bulk, since it moves what is left.
    if (old === 0 || old < this.#steps.length / 4) return;
    this.#fix(old);
  }

  /** Forgets what is only known of flows that are gone. */
  sweep(): void {
    this.#tuples.sweep();
    this.#fragments.sweep((placement) => (placement.flow.gone ? undefined : placement));
    for (const flow of this.flows) if (flow.gone) this.flows.delete(flow);
    // A step that was never taken back must not bring a flow back that is gone.
    const kept = this.#steps.findIndex(({ flow }) => flow.gone);
    if (kept < 0) return;
    const last = this.#steps.findLastIndex(({ flow }) => flow.gone);
    this.#fix(last + 1);
  }

  /** So many of the steps, the oldest, cannot be taken back any more. */
  #fix(count: number): void {
    this.#fixed = this.#steps[count - 1]!.journey.order;
    this.#steps = this.#steps.slice(count);
    for (const one of [this.#tuples, this.#fragments, this.#candidates]) one.settle(this.#fixed);
  }

  /** Whose packets have these addresses and ports, one way or the other. */
  flowsOf(tuple: Tuple): readonly FlowRecord[] {
    return this.#tuples.findKept(tuple)?.flows ?? [];
  }

  add(journey: JourneyRecord): void {
    const { flow, direction, isTelling, before } = this.#place(journey);
    const { retransmission } = journey;
    if (journey.flow !== flow || journey.direction !== direction) this.#listener.journey(journey);
    const step = new FlowStep(journey, flow);
    journey.flow = flow;
    journey.direction = direction;
    if (isTelling) this.#register(journey);
    flow.journeys.push(journey);
    const { last } = journey;
    const endNs = last.received ? last.arrivalNs : last.timeNs;
    if (endNs > flow.endNs) flow.endNs = endNs;
    if (direction === 'reply') addOnce(flow.replied, journey.first.from);
    follow(flow, journey);
    noteSegment(flow, journey, step);
    if (before) this.#reuse(before, step);
    if (provokes(journey)) step.provoker = provokerOf(flow, journey);
    if (step.provoker) {
      step.provoker.provoked = journey.first;
      this.#listener.journey(step.provoker.journey!);
    }
    for (const hop of journey.hops) {
      if (hop.sentBy?.connection !== undefined) addOnce(flow.connections, hop.sentBy.connection);
      if (hop.followers === 0 && hop.received) flow.arrivals.push(hop);
    }
    this.#steps.push(step);
    if (journey.retransmission !== retransmission) this.#listener.journey(journey);
    this.#listener.flow(flow);
  }

  #place(journey: JourneyRecord): Placement {
    const { facts } = journey.first;
    if (journey.unsure) {
      journey.unsure = false;
      this.#listener.journey(journey);
    }
    if (facts.kind === 'arp') return this.#placeArp(journey);
    const known =
      (facts.quoted && this.#placeByQuote(journey, facts.quoted)) ??
      (facts.kind === 'ip' && facts.fragment ? this.#fragments.get(fragmentKey(facts)) : undefined);
    if (known && !known.flow.gone) return { ...known, isTelling: false };
    const entry = this.#tuples.findKept(facts) ?? this.#findLater(journey);
    const flow = entry && this.#choose(entry, journey);
    if (flow && !isOver(flow, journey, entry.direction)) {
      return { flow, direction: entry.direction, isTelling: true };
    }
    return this.#open(journey, flow);
  }

  /** The step opened a flow on the addresses and ports of this one. */
  #reuse(before: FlowRecord, step: FlowStep): void {
    step.flow.isReused = true;
    if (before.isReused) return;
    step.reused = before;
    before.isReused = true;
    this.#listener.flow(before);
  }

  #register({ hops, last, direction, flow, order }: JourneyRecord): void {
    let before: Tuple | undefined;
    for (const { facts } of hops) {
      if (facts.quoted !== undefined || (before && same(before, facts))) continue;
      this.#tuples.register(facts, flow!, direction, order);
      before = facts;
      if (facts.kind !== 'ip' && facts.fragment)
        this.#fragments.set(fragmentKey(facts), { flow: flow!, direction, isTelling: false }, order);
    }
    if (direction === 'request') this.#expectStrangers(last, flow!, order);
  }

  /** A server that got a packet for the VIP may wrongly answer from its own address: that reply is of this flow too. */
  #expectStrangers(hop: HopRecord, flow: FlowRecord, order: number): void {
    const { facts, stage, to, segment } = hop;
    const station =
      hop.received && stage.network.isVip(facts.destination) && stage.network.station(to, segment);
    if (!station || !stage.network.isServer(to) || flow.strangers.includes(to)) return;
    flow.strangers.push(to);
    const tuple = { ...tupleOf(facts), destination: station.port.address };
    this.#tuples.register(tuple, flow, 'request', order);
  }

  /** A journey whose first hops are missing, since it starts in the middle of the network, may be known by a later one. */
  #findLater(journey: JourneyRecord): TupleEntry | undefined {
    const { from, stage } = journey.first;
    if (stage.network.isHost(from)) return undefined;
    for (let i = 1; i < journey.hops.length; i++) {
      const entry = this.#tuples.findKept(journey.hops[i]!.facts);
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
    journey.unsure = true;
    this.#listener.journey(journey);
    for (const flow of flows) {
      flow.candidates = flows.length;
      this.#candidates.set(flow, flows.length, journey.order);
      this.#listener.flow(flow);
    }
    return flows[0]!;
  }

  #placeArp(journey: JourneyRecord): Placement {
    const { facts } = journey.first;
    const asks = facts.arpOperation === 1;
    const entry = this.#tuples.findKept(facts);
    const flow = entry?.flows[entry.flows.length - 1];
    const fits = flow && entry.direction === (asks ? 'request' : 'reply');
    const over =
      asks &&
      flow &&
      (flow.answered || journey.first.timeNs - flow.endNs > ARP_SILENCE_NS || isAnothers(flow, journey));
    return fits && !over ? { flow, direction: entry.direction, isTelling: true } : this.#open(journey);
  }

  #placeByQuote(journey: JourneyRecord, quoted: FrameFacts): Placement | undefined {
    const entry = this.#tuples.findKept(quoted);
    if (entry === undefined) return undefined;
    const direction = entry.direction === 'request' ? 'reply' : 'request';
    return { flow: this.#choose(entry, journey), direction, isTelling: false };
  }

  #open(journey: JourneyRecord, before?: FlowRecord): Placement {
    const opened = openFlow(journey);
    const { direction } = opened;
    const closed = this.#closed.get(journey);
    const flow = closed && isSameFlow(closed, opened.flow) ? closed : opened.flow;
    if (flow === closed) this.#closed.delete(journey);
    flow.isReused = false;
    if (flow.kind === 'vrrp') {
      const { routers } = flow.stage;
      flow.takeover = takeoverOf(journey, routers.flows());
      routers.add(flow);
    }
    this.flows.add(flow);
    return { flow, direction, isTelling: true, before };
  }
}

/** Who announces an address speaks for itself, whoever announced it before. */
function isAnothers(flow: FlowRecord, { first: { facts, from } }: JourneyRecord): boolean {
  return facts.source === facts.destination && flow.client.node !== from;
}

/** These lists have one entry, rarely two: quicker than sets, and there are many. */
function addOnce<T>(list: T[], value: T): void {
  if (!list.includes(value)) list.push(value);
}

function isSameFlow(a: FlowRecord, b: FlowRecord): boolean {
  return (
    a.kind === b.kind &&
    a.stage === b.stage &&
    a.opened === b.opened &&
    a.clientAddress === b.clientAddress &&
    a.serviceAddress === b.serviceAddress &&
    a.client.port === b.client.port &&
    a.service.port === b.service.port
  );
}

function fragmentKey(facts: FrameFacts): string {
  return `${facts.protocol} ${facts.source} ${facts.destination} ${idOf(facts.bytes, facts.ipAt)}`;
}

/**
 * A SYN with another sequence number opens a new connection on old ports; a datagram or ping does when the forwarder has
 * forgotten the old one. Nothing goes on in a lab that was started anew.
 */
function isOver(flow: FlowRecord, journey: JourneyRecord, direction: Journey['direction']): boolean {
  const { first, hops } = journey;
  const { facts } = first;
  if (first.stage.run !== flow.stage.run) return true;
  if (facts.kind === 'vrrp') return isVrrpOver(flow, journey);
  if (facts.kind !== 'tcp')
    return (direction === 'request' && isForgotten(flow, hops)) || first.timeNs - flow.endNs > IDLE_NS;
  const handshake = facts.flags & (SYN | ACK);
  // It answers a SYN that was not recorded, on ports whose connection had ended.
  if (direction === 'reply' && handshake === (SYN | ACK))
    return flow.stage.isCapture && flow.closed && !answersSyn(facts, flow.synSequence);
  if (direction !== 'request' || handshake !== SYN) return false;
  if (flow.synSequence !== undefined) return flow.synSequence !== facts.sequence;
  return flow.closed && !flow.isBegunBy(facts.sequence);
}

function answersSyn({ acknowledgement }: FrameFacts, synSequence: number | undefined): boolean {
  return synSequence !== undefined && acknowledgement === (synSequence + 1) >>> 0;
}

function isForgotten({ connections }: FlowRecord, hops: readonly HopRecord[]): boolean {
  const taken = hops.flatMap(({ sentBy }) => sentBy?.connection ?? []);
  return connections.length > 0 && taken.length > 0 && !taken.some((one) => connections.includes(one));
}

/** What the packet tells about its flow: requests, responses, beginnings and ends. */
function follow(flow: FlowRecord, journey: JourneyRecord): void {
  const { facts } = journey.first;
  const reply = journey.direction === 'reply';
  const reached = journey.hops.some((hop) => hop.received && hop.to === flow.client.node);
  if (facts.kind === 'arp') flow.answered ||= reply && reached;
  if (journey.kind === 'echo-reply') flow.answered ||= reply && reached;
  if (facts.kind !== 'tcp' && facts.kind !== 'udp') return;
  if (facts.sentLength > 0) {
    const { bytes, payloadAt, payloadEnd } = facts;
    if (reply) {
      flow.response ||= statusLine(bytes, payloadAt, payloadEnd);
      flow.answered ||= reached;
    } else flow.request ||= requestLine(bytes, payloadAt, payloadEnd);
  }
  if (facts.kind !== 'tcp') return;
  if (flow.probe === 'tcp') flow.answered ||= journey.kind === 'syn-ack' && reached;
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

/** The arrival that a reset, an error or an ARP reply answers: the latest at that node the other way. */
function provokerOf(flow: FlowRecord, { first, direction }: JourneyRecord): HopRecord | undefined {
  const { quoted } = first.facts;
  const oldest = Math.max(0, flow.arrivals.length - LOOK_BACK);
  for (let i = flow.arrivals.length - 1; i >= oldest; i--) {
    const hop = flow.arrivals[i]!;
    if (hop.to !== first.from || hop.arrivalNs > first.timeNs || hop.provoked) continue;
    const { facts } = hop;
    const fits = quoted
      ? idOf(facts.bytes, facts.routedAt) === idOf(quoted.bytes, quoted.routedAt)
      : hop.journey!.direction !== direction;
    if (fits) return hop;
  }
  return undefined;
}
