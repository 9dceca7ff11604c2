import type { DecisionEvent, FrameEvent, LabEvent, NodeEvent, PlanEvent } from '../lab/events.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { BROADCAST_MAC } from '../packet/address.ts';
import { u48 } from '../packet/bytes.ts';
import { ETHERTYPE_ARP, HEADER_LENGTH } from '../packet/ethernet.ts';
import { frameHash } from '../packet/hash.ts';
import { CrossingJoin } from './crossing-join.ts';
import { DecisionJoin } from './decision-join.ts';
import { readFacts } from './frame-facts.ts';
import { HopRecord, type Stage } from './hop-record.ts';
import { LinkJoin } from './link-join.ts';
import { Network } from './network.ts';
import type { Report } from './report.ts';

/**
 * Frames and decisions, in time order, to hops that know the hop before them. Which hops make one journey follows
 * from that. Nothing is decided here about what a node did with a frame: only that the same packet went on.
 */
export class Joiner {
  readonly stages: Stage[];
  /** By the time of their first capture. */
  readonly hops: HopRecord[] = [];
  readonly nodeEvents: NodeEvent[] = [];
  readonly decisionCounts: Record<string, number> = {};
  frames = 0;
  flooded = 0;
  foreign = 0;
  undecodable = 0;
  captureLoss = 0;
  /** Of the latest event. */
  timeNs = 0;

  readonly #engine: Report['engine'];
  #stage: Stage;
  /** Some forwarder has said something. */
  #decided = false;
  readonly #links = new LinkJoin((hop) => this.hops.push(hop));
  readonly #forwarders = new Map<string, DecisionJoin>();
  readonly #routed = new Map<string, CrossingJoin>();
  readonly #translated = new Map<string, CrossingJoin>();

  /** Whether an event has told the first plan. */
  #planned = false;

  constructor(plan: Plan, engine: Report['engine']) {
    this.#engine = engine;
    this.#stage = { epoch: 0, timeNs: 0, changes: [], network: new Network(plan) };
    this.stages = [this.#stage];
  }

  /** @param number For a frame, its record number; otherwise 0. */
  add(event: LabEvent, number: number): void {
    if (event.timeNs > this.timeNs) this.timeNs = event.timeNs;
    switch (event.kind) {
      case 'frame':
        this.#frame(event, number);
        return;
      case 'decision':
        this.#decision(event);
        return;
      case 'plan':
        this.#plan(event);
        return;
      case 'node':
        this.nodeEvents.push(event);
        return;
      case 'loss':
        this.captureLoss += event.frames;
        return;
      // The packets are joined by their frames alone.
      case 'decision-loss':
        return;
    }
  }

  #plan(event: PlanEvent): void {
    const changes = event.changes.map((change) => ({ kind: change.kind, name: nameOf(change) }));
    this.#stage = { epoch: event.epoch, timeNs: event.timeNs, changes, network: new Network(event.plan) };
    // The first is in force from the beginning, whatever its number: a lab may have been taken up in the midst of its life.
    if (this.#planned) this.stages.push(this.#stage);
    else this.stages[0] = this.#stage;
    this.#planned = true;
  }

  #decision(event: DecisionEvent): void {
    this.#decided = true;
    const key = event.reason ? `${event.relation}:${event.reason}` : event.relation;
    this.decisionCounts[key] = (this.decisionCounts[key] ?? 0) + 1;
    this.#forwarder(event.node).decided(event);
  }

  #frame(event: FrameEvent, number: number): void {
    this.frames++;
    const { bytes } = event;
    if (bytes.length < HEADER_LENGTH) {
      this.undecodable++;
      return;
    }
    const { network } = this.#stage;
    const destination = u48(bytes, 0);
    const sender = network.stationOfMac(u48(bytes, 6));
    const own = network.station(event.node, event.segment);
    const target = network.stationOfMac(destination);
    if (!sender || !own || (!target && destination !== BROADCAST_MAC)) {
      this.foreign++;
      return;
    }
    if (event.direction === 'out') this.#out(event, number, target?.node.name ?? '');
    else if (destination === own.port.mac || destination === BROADCAST_MAC) {
      this.#in(event, number, sender.node.name);
    } else {
      this.flooded++;
      // A forwarder that listens to everything has decided about this one too, and must not take another for it.
      if (own.node.forwarder) {
        this.#forwarder(event.node).received(frameHash(bytes, 0, bytes.length), event.timeNs, undefined);
      }
    }
  }

  #out(event: FrameEvent, number: number, to: string): void {
    const hop = new HopRecord(this.#stage, event, number, readFacts(event.bytes), event.node, to);
    if (this.#links.sent(hop)) this.#begin(hop);
  }

  #in(event: FrameEvent, number: number, from: string): void {
    const hop = this.#links.received(event, number) ?? this.#orphan(event, number, from);
    const node = this.#stage.network.node(event.node);
    const { facts } = hop;
    if (facts.etherType === ETHERTYPE_ARP) {
      if (facts.arpOperation === 2) {
        this.#routed.get(event.node)?.neighbourAnswered(event.timeNs);
        this.#translated.get(event.node)?.neighbourAnswered(event.timeNs);
      }
    } else if (facts.ipAt !== 0 && node?.forwarder && this.#isForeignWork(hop)) {
      crossing(this.#translated, event.node, 'translated').received(hop);
    } else if (facts.ipAt !== 0 && !node?.forwarder && node?.sysctls.ip_forward === 1) {
      crossing(this.#routed, event.node, 'routed').received(hop);
    }
    if (node?.forwarder) {
      this.#forwarder(event.node).received(frameHash(event.bytes, 0, event.bytes.length), event.timeNs, hop);
    }
  }

  /** A frame received that nobody was seen sending: the sender's capture is missing. */
  #orphan(event: FrameEvent, number: number, from: string): HopRecord {
    const hop = new HopRecord(this.#stage, event, number, readFacts(event.bytes), from, event.node);
    hop.received = true;
    hop.arrivalNs = event.timeNs;
    this.#links.orphaned(hop);
    this.#begin(hop);
    return hop;
  }

  #begin(hop: HopRecord): void {
    this.hops.push(hop);
    if (hop.facts.malformed) this.undecodable++;
    const node = this.#stage.network.node(hop.from);
    if (node?.forwarder) {
      const { bytes } = hop.event;
      this.#forwarder(hop.from).sent(frameHash(bytes, 0, bytes.length), hop);
    }
    if (hop.previous === undefined && hop.facts.ipAt !== 0 && hop.facts.kind !== 'arp') {
      if (!node?.forwarder) this.#routed.get(hop.from)?.sent(hop);
      else if (this.#isForeignWork(hop)) this.#translated.get(hop.from)?.sent(hop);
    }
  }

  /** Whether the forwarder's word is missing for this frame: a foreign capture, or one cut too short to be hashed. */
  #isForeignWork(hop: HopRecord): boolean {
    return hop.cut || (this.#engine === 'capture' && !this.#decided);
  }

  #forwarder(node: string): DecisionJoin {
    let join = this.#forwarders.get(node);
    if (join === undefined) this.#forwarders.set(node, (join = new DecisionJoin()));
    return join;
  }
}

function crossing(map: Map<string, CrossingJoin>, node: string, kind: 'routed' | 'translated'): CrossingJoin {
  let join = map.get(node);
  if (join === undefined) map.set(node, (join = new CrossingJoin(kind)));
  return join;
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
