import type { DecisionEvent, FrameEvent, LabEvent, PlanEvent } from '../../lab/events.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import { formatIpv4, NO_MAC } from '../../packet/address.ts';
import { destinationOf, ETHERTYPE_ARP, HEADER_LENGTH, sourceOf } from '../../packet/ethernet.ts';
import { frameHash } from '../../packet/hash.ts';
import { ActiveRouters } from '../records/active-routers.ts';
import type { CapturePoints } from '../records/capture-points.ts';
import { Completeness } from '../records/completeness.ts';
import { CrossingJoin } from './crossing-join.ts';
import { DecisionJoin } from './decision-join.ts';
import { readFacts, type FrameFacts } from '../records/frame-facts.ts';
import { isToEveryone } from '../records/to-everyone.ts';
import type { FrameStore } from '../records/frame-store.ts';
import { HealthLog } from '../records/health-log.ts';
import { HopNews } from './hop-news.ts';
import { HostJoin } from './host-join.ts';
import { HostLog } from '../records/host-log.ts';
import { HopRecord, type Origin, type Stage } from '../records/hop-record.ts';
import { JoinCounters } from '../records/join-counters.ts';
import { Ledger } from '../ledger/ledger.ts';
import { LinkJoin } from './link-join.ts';
import { PlanIndex } from '../records/plan-index.ts';
import { NodeStates } from '../records/node-states.ts';
import { Recording } from '../records/recording.ts';
import { SightingJoin } from './sighting-join.ts';
import type { Epoch, Report } from '../report.ts';

/**
 * Frames and decisions, in time order, to hops that know the hop before them. Which hops make one journey follows
 * from that. Nothing is decided here about what a node did with a frame: only that the same packet went on.
 */
export class Joiner {
  readonly stages: Stage[];
  readonly news = new HopNews();
  readonly states = new NodeStates();
  counters = new JoinCounters();
  /** Of a capture. */
  readonly completeness: Completeness;
  recording = new Recording();
  ledger = new Ledger();
  /** What hosts told of packets that are no frames. */
  readonly hosts = new HostLog();
  /** What directors concluded from their checks. */
  readonly health = new HealthLog();
  readonly #readAgain: HopRecord[] = [];
  /** Of the latest event. */
  timeNs = 0;

  readonly engine: Report['engine'];
  readonly #frames: FrameStore;
  readonly #points: CapturePoints;
  readonly #routers = new ActiveRouters(this.states);
  #stage: Stage;
  /** Hops begun. */
  #hops = 0;
  /** Some forwarder has said something. */
  #decided = false;
  readonly #links: LinkJoin;
  /** In captures of several hosts, instead of `#routed` and `#translated`. */
  readonly #sightings: SightingJoin | undefined;
  readonly #forwarders = new Map<string, DecisionJoin>();
  readonly #hosts = new Map<string, HostJoin>();
  readonly #routed = new Map<string, CrossingJoin>();
  readonly #translated = new Map<string, CrossingJoin>();

  /** By node and segment. */
  readonly #origins = new Map<string, Map<string, Origin>>();

  /** Whether an event has told the first plan. */
  #planned = false;

  /** @param frames Where the frames are kept; the joiner only reads there. */
  constructor(plan: Plan, engine: Report['engine'], frames: FrameStore, points: CapturePoints) {
    this.engine = engine;
    this.completeness = new Completeness(points);
    const copy = (lead: HopRecord, to: string) => this.#copy(lead, to);
    if (engine === 'capture') {
      const errorNs = (node: string) => points.clockErrorNs(node);
      this.#links = new LinkJoin(this.news, copy, errorNs);
      this.#sightings = new SightingJoin(this.news, errorNs);
    } else this.#links = new LinkJoin(this.news, copy);
    this.#frames = frames;
    this.#points = points;
    this.#stage = this.#newStage({ epoch: 0, timeNs: 0, changes: [] }, plan, 0);
    this.stages = [this.#stage];
  }

  /**
   * @param number For a frame, its record number; otherwise 0.
   * @returns Whether a frame is of some hop.
   */
  add(event: LabEvent, number: number): boolean {
    if (event.timeNs > this.timeNs) this.timeNs = event.timeNs;
    switch (event.kind) {
      case 'frame':
        return this.#frame(event, number);
      case 'decision':
        this.#decision(event);
        return false;
      case 'plan':
        this.#plan(event);
        return false;
      case 'node':
        this.states.add(event);
        if (event.state === 'stopped') this.health.gone(event.node, event.timeNs);
        return false;
      case 'loss':
        this.counters.lost(event);
        if (event.frames > 0) this.completeness.lacks(event.node);
        return false;
      case 'decision-loss':
        this.counters.decisionsLost += event.decisions;
        return false;
      case 'capture':
        this.recording.add(event);
        return false;
      case 'request':
        this.ledger.add(event);
        return false;
      case 'skip':
        this.recording.skip(event);
        return false;
      case 'health':
        this.health.add(event);
        return false;
      case 'host':
        if (!this.#hosts.get(event.node)?.told(event)) this.hosts.add(event, this.#stage.epoch);
        return false;
    }
  }

  /** Gives up what was read again of frames: it can be read once more. */
  rest(): void {
    for (const hop of this.#readAgain.splice(0)) hop.rest();
  }

  #newStage(epoch: Epoch, plan: Plan, run: number): Stage {
    const [frames, points, readAgain] = [this.#frames, this.#points, this.#readAgain];
    const routers = this.#routers;
    const isCapture = this.engine === 'capture';
    const { health } = this;
    const network = new PlanIndex(plan);
    return { ...epoch, run, network, frames, points, routers, isCapture, health, readAgain };
  }

  #plan(event: PlanEvent): void {
    const changes = [
      ...event.changes.map((change) => ({ kind: change.kind, name: nameOf(change) })),
      ...(event.forgotten ?? []).map(({ segment, address }) => ({
        kind: 'neighbour-forgotten',
        name: `${formatIpv4(address)} (${segment})`,
      })),
    ];
    const { epoch, timeNs, by } = event;
    // Each run begins with its plan, which changes nothing; below another run it is an epoch of its own.
    const run = this.#stage.run + (epoch > this.#stage.epoch && event.changes.length === 0 ? 1 : 0);
    const begun = { epoch, timeNs, changes, ...(by !== undefined && { by }) };
    this.#stage = this.#newStage(begun, event.plan, run);
    this.health.plan(this.#stage.network, timeNs);
    const last = this.stages.length - 1;
    // The first is in force from the beginning, whatever its number: a lab may have been taken up in the midst of its life.
    const isFirst = !this.#planned && this.#hops === 0;
    if (isFirst || this.stages[last]!.epoch === event.epoch) this.stages[last] = this.#stage;
    else this.stages.push(this.#stage);
    this.#planned = true;
  }

  #decision(event: DecisionEvent): void {
    this.#decided = true;
    this.counters.decided(event);
    this.#forwarder(event.node).decided(event);
  }

  #frame(event: FrameEvent, number: number): boolean {
    this.counters.frame(event);
    if (this.#sightings) this.completeness.recorded(event.node, event.segment, event.timeNs);
    const { bytes } = event;
    if (bytes.length < HEADER_LENGTH) {
      this.counters.undecodable++;
      return false;
    }
    const { network } = this.#stage;
    const isOut = event.direction === 'out';
    const destination = destinationOf(bytes, 0);
    const sender = network.stationOfMac(sourceOf(bytes, 0));
    const own = network.station(event.node, event.segment);
    const target = network.stationOfMac(destination);
    // A cooked capture does not tell where a frame that was sent goes.
    const isTold = target !== undefined || isToEveryone(destination) || (destination === NO_MAC && isOut);
    if (!sender || !own || !isTold) {
      this.counters.foreign++;
      return false;
    }
    if (isOut) this.#out(event, number, target?.node.name ?? '');
    else if (target === own || isToEveryone(destination)) {
      this.#in(event, number, sender.node.name);
    } else {
      this.counters.flooded++;
      // A forwarder that listens to everything has decided about this one too, and must not take another for it.
      if (own.node.forwarder) {
        this.#forwarder(event.node).received(frameHash(bytes, 0, bytes.length), event.timeNs, undefined);
      }
      return false;
    }
    return true;
  }

  #out(event: FrameEvent, number: number, to: string): void {
    const hop = this.#hop(event, number, event.node, to);
    const known = this.#links.sent(hop);
    if (known === undefined) this.#begin(hop);
    else this.#sightings?.sent(known);
    this.#host(event.node).passed(hop);
    if (to !== '' && to !== event.node) this.#host(to).passed(hop);
  }

  #in(event: FrameEvent, number: number, from: string): void {
    const seen = this.#sightings ? readFacts(event.bytes) : undefined;
    const hop = this.#links.received(event, number, seen) ?? this.#orphan(event, number, from, seen);
    const node = this.#stage.network.node(event.node);
    this.#host(event.node).passed(hop);
    const { facts } = hop;
    if (facts.etherType === ETHERTYPE_ARP) {
      if (facts.arpOperation === 2) {
        this.#routed.get(event.node)?.neighbourAnswered(event.timeNs);
        this.#translated.get(event.node)?.neighbourAnswered(event.timeNs);
      }
    } else if (facts.ipAt !== 0 && isForwarded(facts) && !this.#sightings) {
      if (node?.forwarder && this.#isForeignWork(hop))
        this.#crossing(this.#translated, event.node, 'translated').received(hop);
      else if (!node?.forwarder && node?.sysctls.ip_forward === 1)
        this.#crossing(this.#routed, event.node, 'routed').received(hop);
    }
    if (node?.forwarder) {
      this.#forwarder(event.node).received(frameHash(event.bytes, 0, event.bytes.length), event.timeNs, hop);
    }
  }

  /** A frame received that nobody was seen sending: the sender's capture is missing. */
  #orphan(event: FrameEvent, number: number, from: string, facts?: FrameFacts): HopRecord {
    const hop = this.#hop(event, number, from, event.node, facts);
    hop.received = true;
    hop.arrivalNs = event.timeNs;
    this.#links.orphaned(hop);
    this.#begin(hop);
    return hop;
  }

  #begin(hop: HopRecord): void {
    this.counters.hops++;
    this.news.placed(hop);
    if (hop.facts.malformed) this.counters.undecodable++;
    const node = this.#stage.network.node(hop.from);
    if (node?.forwarder) {
      const { bytes } = hop.facts;
      this.#forwarder(hop.from).sent(frameHash(bytes, 0, bytes.length), hop);
    }
    if (this.#sightings) this.#sightings.seen(hop);
    else if (hop.previous === undefined && hop.facts.ipAt !== 0 && isForwarded(hop.facts)) {
      if (!node?.forwarder) this.#routed.get(hop.from)?.sent(hop);
      else if (this.#isForeignWork(hop)) this.#translated.get(hop.from)?.sent(hop);
    }
  }

  /** Whether the forwarder's word is missing for this frame: a foreign capture, or one cut too short to be hashed. */
  #isForeignWork(hop: HopRecord): boolean {
    return hop.cut || (this.engine === 'capture' && !this.#decided);
  }

  #forwarder(node: string): DecisionJoin {
    let join = this.#forwarders.get(node);
    if (join === undefined) this.#forwarders.set(node, (join = new DecisionJoin(this.news)));
    return join;
  }

  #host(node: string): HostJoin {
    let join = this.#hosts.get(node);
    if (join === undefined) this.#hosts.set(node, (join = new HostJoin(this.news)));
    return join;
  }

  #crossing(map: Map<string, CrossingJoin>, node: string, kind: 'routed' | 'translated'): CrossingJoin {
    let join = map.get(node);
    if (join === undefined) map.set(node, (join = new CrossingJoin(kind, this.news)));
    return join;
  }

  #hop(
    { timeNs, segment, originalLength, bytes }: FrameEvent,
    number: number,
    from: string,
    to: string,
    facts = readFacts(bytes),
  ): HopRecord {
    const sighting = { number, timeNs, originalLength, facts };
    return new HopRecord(this.#origin(from, segment), this.#hops++, sighting, to);
  }

  #origin(from: string, segment: string): Origin {
    let origins = this.#origins.get(from);
    if (origins === undefined) this.#origins.set(from, (origins = new Map()));
    let origin = origins.get(segment);
    if (origin?.stage !== this.#stage) origins.set(segment, (origin = { stage: this.#stage, from, segment }));
    return origin;
  }

  #copy(lead: HopRecord, to: string): HopRecord {
    const { origin, timeNs, originalLength, facts, frame } = lead;
    this.counters.hops++;
    return new HopRecord(origin, this.#hops++, { number: frame, timeNs, originalLength, facts }, to);
  }

  /** Forgets what waits in vain, and what waits of hops that are gone. */
  prune(oldestNs: number, isGone: (hop: HopRecord) => boolean): void {
    this.#links.prune(this.timeNs, isGone);
    this.hosts.prune(oldestNs);
    for (const join of this.#forwarders.values()) join.prune(oldestNs, isGone);
    for (const join of this.#routed.values()) join.prune(this.timeNs, isGone);
    for (const join of this.#translated.values()) join.prune(this.timeNs, isGone);
    this.#sightings?.prune(this.timeNs, isGone);
  }
}

/** What is for one link is not: ARP, and what VRRP routers tell each other. */
function isForwarded({ kind }: FrameFacts): boolean {
  return kind !== 'arp' && kind !== 'vrrp';
}

function nameOf(change: PlanEvent['changes'][number]): string {
  switch (change.kind) {
    case 'segment-added':
    case 'segment-changed':
      return change.segment.name;
    case 'node-added':
    case 'node-changed':
      return change.node.name;
    case 'segment-removed':
    case 'node-removed':
      return change.name;
    case 'forwarder-changed':
      return change.node;
    case 'lab-changed':
      return change.lab;
    default:
      return '';
  }
}
