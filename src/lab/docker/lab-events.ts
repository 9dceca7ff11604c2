import type { Mac } from '../../packet/address.ts';
import type { EventSink } from '../engine.ts';
import type { LabEvent, NodeEvent } from '../events.ts';
import type { Plan } from '../topology/plan.ts';
import { u16 } from '../../packet/bytes.ts';
import { destinationOf, sourceOf } from '../../packet/ethernet.ts';
import { GROUP_MAC } from '../../packet/vrrp.ts';
import type { AgentEvent, CapturedFrame } from '../agent-wire/agent-protocol.ts';
import { EventOrder } from './event-order.ts';
import type { LabClock } from './lab-clock.ts';

const ETHERTYPE = 12;
const IPV4 = 0x0800;
/** How long an event waits at least for those that happened before it. */
const WINDOW_NS = 200e6;

/** What the nodes of a lab tell, as events of the lab, in the order of their times. */
export class LabEvents {
  /** What agents tell counts from now on. */
  listening = false;
  /** When the last IPv4 packet but what directors tell each other all the time was heard of, as `performance.now` has it. */
  lastActivity = 0;
  readonly #clock: LabClock;
  readonly #order: EventOrder;
  #macs: ReadonlyMap<string, Mac> = new Map();
  /** Capture points of every plan so far: an agent that tells of another is not believed. */
  readonly #points = new Set<string>();

  constructor(emit: EventSink, clock: LabClock) {
    this.#clock = clock;
    this.#order = new EventOrder(emit, WINDOW_NS);
  }

  /** Own MACs tell what a node sent from what it received. */
  watch(plan: Plan): void {
    this.#macs = new Map(
      plan.nodes.flatMap(({ name, interfaces }) =>
        interfaces.map(({ segment, mac }) => [`${name}.${segment}`, mac] as const),
      ),
    );
    for (const point of this.#macs.keys()) this.#points.add(point);
  }

  frames(node: string, frames: readonly CapturedFrame[]): void {
    const [first] = frames;
    if (!this.listening || !first) return;
    this.#order.took(this.#clock.nowNs - this.#clock.ofFrame(first.seconds, first.nanoseconds));
    for (const { segment, bytes, originalLength, seconds, nanoseconds } of frames) {
      const timeNs = this.#clock.ofFrame(seconds, nanoseconds);
      // Of the time before the lab was ready.
      if (timeNs < 0 || bytes.length < 14 || !this.#points.has(`${node}.${segment}`)) continue;
      if (u16(bytes, ETHERTYPE) === IPV4 && destinationOf(bytes, 0) !== GROUP_MAC)
        this.lastActivity = performance.now();
      const direction = sourceOf(bytes, 0) === this.#macs.get(`${node}.${segment}`) ? 'out' : 'in';
      this.push({ kind: 'frame', timeNs, node, segment, direction, bytes, originalLength });
    }
  }

  told(node: string, event: AgentEvent): void {
    if (!this.listening) return;
    if ('segment' in event && !this.#points.has(`${node}.${event.segment}`)) return;
    const timeNs = this.#clock.nowNs;
    switch (event.event) {
      case 'decision': {
        const at = this.#clock.ofHost(event.timeNs);
        if (at >= 0) this.push({ ...event.decision, kind: 'decision', timeNs: at, node });
        break;
      }
      case 'loss':
        this.push({
          kind: 'loss',
          timeNs,
          node,
          segment: event.segment,
          frames: event.frames,
          reason: event.reason,
        });
        break;
      case 'capture': {
        const at = Math.max(0, this.#clock.ofHost(event.timeNs));
        this.push({ kind: 'capture', timeNs: at, node, segment: event.segment, detail: event.detail });
        break;
      }
      case 'decisions-lost':
        this.push({ kind: 'decision-loss', timeNs, node, decisions: event.decisions });
        break;
      case 'host': {
        const { event: kind, timeNs: at, reason, segment, nextHop, packet } = event;
        const told = { reason, packet, ...(segment !== undefined && { segment }) };
        const hop = nextHop === undefined ? {} : { nextHop };
        this.push({ kind, timeNs: Math.max(0, this.#clock.ofHost(at)), node, ...told, ...hop });
        break;
      }
      case 'process': {
        const state = event.state === 'restarted' ? 'running' : 'failed';
        this.node(node, state, `${event.name}-${event.state}`);
        break;
      }
      case 'hello':
        break;
    }
  }

  /** `time` is the host's, in nanoseconds; now when left out. */
  node(node: string, state: NodeEvent['state'], reason?: string, time?: string): void {
    const timeNs = Math.max(0, time === undefined ? this.#clock.nowNs : this.#clock.ofHost(time));
    this.push({ kind: 'node', timeNs, node, state, ...(reason !== undefined && { reason }) });
  }

  push(event: LabEvent): void {
    this.#order.push(event);
  }

  /** Emits what has waited long enough. */
  release(): void {
    this.#order.release(this.#clock.nowNs);
  }

  /** Emits everything that has happened until now. */
  async complete(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#order.windowNs / 1e6));
    this.release();
  }

  /** Emits everything. */
  flush(): void {
    this.#order.flush();
  }
}
