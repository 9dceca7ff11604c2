import type { HealthEvent } from '../../lab/events.ts';
import type { Ipv4 } from '../../packet/address.ts';
import { BROADCAST_MAC } from '../../packet/address.ts';
import type { FlowRecord } from './flow-record.ts';
import type { JourneyRecord } from './journey-record.ts';
import type { PlanIndex } from './plan-index.ts';

/** What directors concluded from their checks, and which flows show why. */
export class HealthLog {
  readonly #events: HealthEvent[] = [];
  /** When nothing was known of anybody any more: the director was started anew, or checks its servers no longer. */
  readonly #resets: { readonly node: string; readonly service?: string; readonly timeNs: number }[] = [];
  readonly #flows = new Map<string, Set<FlowRecord>>();
  #news = new Set<FlowRecord>();

  /** In order of time. */
  add(event: HealthEvent): void {
    this.#events.push(event);
    for (const key of [
      probeKey(event.node, event.address, event.sourcePort),
      arpKey(event.node, event.address),
    ])
      for (const flow of this.#flows.get(key) ?? []) this.#news.add(flow);
  }

  /** A node is gone, and with it what it knew. */
  gone(node: string, timeNs: number): void {
    this.#resets.push({ node, timeNs });
  }

  /** Another plan: a service that is not checked now has no servers that are down. */
  plan({ plan: { nodes } }: PlanIndex, timeNs: number): void {
    for (const [node, service] of this.#known()) {
      const services = nodes.find(({ name }) => name === node)?.forwarder?.services ?? [];
      if (!services.some(({ name, check }) => name === service && check))
        this.#resets.push({ node, service, timeNs });
    }
  }

  /** Each director with each of its services that it told of. */
  #known(): (readonly [node: string, service: string])[] {
    const known = new Map(
      this.#events.map(({ node, service }) => [`${node} ${service}`, [node, service] as const]),
    );
    return [...known.values()];
  }

  /** The latest that the director concluded of each server of the service that is down at this time. */
  downAt(node: string, service: string, timeNs: number): HealthEvent[] {
    const sinceNs = this.#resets.findLast(
      (one) => one.node === node && (one.service ?? service) === service && one.timeNs <= timeNs,
    )?.timeNs;
    const latest = new Map<string, HealthEvent>();
    for (const event of this.#events) {
      if (event.timeNs > timeNs) break;
      if (event.node === node && event.service === service && event.timeNs >= (sinceNs ?? -Infinity))
        latest.set(event.server, event);
    }
    return [...latest.values()].filter(({ isUp }) => !isUp);
  }

  /** What was concluded from this flow: a probe, or the question for a server that no probe came to for want of an answer. */
  look(flow: FlowRecord): HealthEvent | undefined {
    const key = keyOf(flow);
    if (key === undefined) return undefined;
    const flows = this.#flows.get(key);
    if (flows) flows.add(flow);
    else this.#flows.set(key, new Set([flow]));
    return this.#events.find(
      (event) =>
        keysOf(event).includes(key) &&
        flow.journeys.some(
          (journey) => isOfProbe(journey, event) && (flow.kind === 'probe' || isToAll(journey)),
        ),
    );
  }

  /** Flows that may show what is new since the last time. */
  takeNews(): ReadonlySet<FlowRecord> {
    const news = this.#news;
    this.#news = new Set();
    return news;
  }

  forget(flow: FlowRecord): void {
    const key = keyOf(flow);
    if (key !== undefined) this.#flows.get(key)?.delete(flow);
  }
}

function keysOf({ node, address, sourcePort }: HealthEvent): string[] {
  return [probeKey(node, address, sourcePort), arpKey(node, address)];
}

function keyOf(flow: FlowRecord): string | undefined {
  const { kind, client, serviceAddress, sourcePort } = flow;
  if (kind === 'probe') return probeKey(client.node, serviceAddress, sourcePort);
  const isUnanswered = kind === 'arp' && !flow.answered && flow.stage.network.node(client.node)?.forwarder;
  return isUnanswered ? arpKey(client.node, serviceAddress) : undefined;
}

/** A probe that nobody answered was sent again; all that is sent of it is in its time. */
function isOfProbe({ first }: JourneyRecord, { probedNs, timeNs }: HealthEvent): boolean {
  return first.timeNs >= probedNs && first.timeNs <= timeNs;
}

/** Only when nothing is known of the server does nothing go out but the question. */
function isToAll({ first: { facts } }: JourneyRecord): boolean {
  return facts.etherDestination === BROADCAST_MAC;
}

function probeKey(node: string, address: Ipv4, port: number | undefined): string {
  return `${node} ${address} ${port ?? ''}`;
}

function arpKey(node: string, address: Ipv4): string {
  return `${node} ${address} arp`;
}
