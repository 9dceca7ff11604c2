import type { NodeSetting } from '../engine.ts';
import type { Plan, PlanChange, PlannedNode } from '../topology/plan.ts';
import { TrafficSchedule, type RequestEnded } from '../traffic/traffic-schedule.ts';
import { LoadClient } from './load-client.ts';
import { LabNode, type NodeEnvironment } from './lab-node.ts';
import { requestOverIcmp, requestOverTcp, requestOverUdp } from './request-client.ts';
import { Segment } from './segment.ts';
import { staleNeighbours, type StaleNeighbour } from '../topology/stale-neighbours.ts';

const REQUESTS = { tcp: requestOverTcp, udp: requestOverUdp, icmp: requestOverIcmp };

/** The running network: segments, nodes and traffic. */
export class Lab {
  readonly traffic: TrafficSchedule;
  readonly #environment: NodeEnvironment;
  readonly #segments = new Map<string, Segment>();
  readonly #nodes = new Map<string, LabNode>();
  #plan: Plan;

  constructor(plan: Plan, environment: Omit<NodeEnvironment, 'segment'>) {
    this.#plan = plan;
    this.#environment = { ...environment, segment: (name) => this.#segment(name) };
    const { clock } = environment;
    this.traffic = new TrafficSchedule({
      now: () => clock.now(),
      after: (delayNs, run) => clock.after(delayNs, run),
      send: (asked, ended) => {
        const node = this.#asker(asked.entry.from, ended);
        return node && REQUESTS[asked.protocol](node.kernel, clock, asked, ended);
      },
      load: (entry, ended) => {
        const node = this.#asker(entry.from, ended);
        if (node) new LoadClient(node.kernel, clock, entry, ended).start();
      },
      tell: (event) => environment.emit(event),
    });
  }

  /** The node that is to ask, if it can. */
  #asker(name: string, ended: RequestEnded): LabNode | undefined {
    const node = this.#nodes.get(name);
    if (node && !node.paused) return node;
    ended({ outcome: 'unsent', reason: node ? 'node-paused' : 'node-stopped' });
    return undefined;
  }

  get plan(): Plan {
    return this.#plan;
  }

  node(name: string): LabNode | undefined {
    return this.#nodes.get(name);
  }

  start(): void {
    for (const planned of this.#plan.nodes) this.#place(planned);
    this.traffic.follow(this.#plan);
  }

  /**
   * Goes over to another plan in place; `changes` are what leads from one to the other.
   * @returns What neighbours knew that is not true any more, and do not know now.
   */
  apply(plan: Plan, changes: readonly PlanChange[]): readonly StaleNeighbour[] {
    const before = this.#plan;
    this.#plan = plan;
    for (const change of changes) this.#change(change, before);
    const forgotten = staleNeighbours(before, plan);
    this.#forget(forgotten);
    this.traffic.follow(plan);
    return forgotten;
  }

  /**
   * What a person does to one node by hand. A changed plan leaves it as it is; a node started again is new, and as the
   * plan has it by then. False when there is no such node, or it cannot be paused because it is stopped.
   * @param isCrash It is not shut down: nobody is told.
   */
  setState(name: string, state: NodeSetting, isCrash = false): boolean {
    const planned = this.#plan.nodes.find((node) => node.name === name);
    const node = this.#nodes.get(name);
    if (!planned || (state === 'paused' && !node)) return false;
    if (state === 'stopped') this.#remove(name, !isCrash);
    else if (!node) this.#add(planned);
    else if (node.paused !== (state === 'paused')) {
      node.announceState(state);
      if (state === 'paused') node.pause();
      else node.resume();
    }
    return true;
  }

  halt(): void {
    for (const name of [...this.#nodes.keys()]) this.#remove(name);
  }

  #change(change: PlanChange, was: Plan): void {
    switch (change.kind) {
      case 'node-added':
        this.#place(change.node);
        break;
      case 'node-changed':
        this.#nodes.get(change.node.name)?.configure(change.node);
        this.#follow(change.node, was);
        break;
      case 'node-removed':
        this.#remove(change.name);
        break;
      case 'forwarder-changed':
        this.#nodes.get(change.node)?.reconfigure(change.forwarder);
        break;
      case 'services-changed':
        for (const node of this.#nodes.values()) node.serve(change.services);
        break;
      case 'segment-removed':
        this.#segments.delete(change.name);
        break;
      // A segment is made when an interface first needs it, and what it says stands in the interfaces too.
      case 'segment-added':
      case 'segment-changed':
      case 'nodes-reordered':
      case 'segments-reordered':
      case 'traffic-changed':
      case 'events-changed':
      case 'lab-changed':
        break;
    }
  }

  /** A node that the file stops, pauses or starts, whatever was done to it by hand before. */
  #follow({ name, state, crashed }: PlannedNode, was: Plan): void {
    const before = was.nodes.find((node) => node.name === name);
    if (before?.state === state) return;
    this.setState(name, state === 'paused' ? 'running' : (state ?? 'running'), crashed === true);
    if (state === 'paused') this.setState(name, state);
  }

  /** A node as the file has it, which may be stopped or paused. */
  #place(planned: PlannedNode): void {
    if (planned.state === 'stopped') return;
    this.#add(planned);
    if (planned.state === 'paused') this.setState(planned.name, 'paused');
  }

  #add(planned: PlannedNode): void {
    const node = new LabNode(planned, this.#plan.services, this.#environment);
    this.#nodes.set(planned.name, node);
    node.announceState('running');
  }

  /** `isClean`: it was shut down. */
  #remove(name: string, isClean = false): void {
    const node = this.#nodes.get(name);
    if (!node) return;
    this.traffic.leave(name);
    if (isClean) node.shutDown();
    else node.halt();
    this.#nodes.delete(name);
    node.announceState('stopped');
  }

  #forget(stale: readonly StaleNeighbour[]): void {
    for (const { segment, address } of stale) {
      for (const node of this.#nodes.values()) {
        const link = node.interfaces.find(({ name }) => name === segment);
        if (!link) continue;
        node.kernel.neighbours.forget(link, address);
        node.forwarder?.port.forwarder.forgetNeighbour(address);
      }
    }
  }

  #segment(name: string): Segment {
    const segment = this.#segments.get(name) ?? new Segment(name, this.#environment.clock);
    this.#segments.set(name, segment);
    return segment;
  }
}
