import { hopFrom } from '../records/evidence.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';

/** The port that a flow got outside. */
interface TakenPort {
  readonly flow: FlowRecord;
  /** The protocol and the port. */
  readonly key: string;
  /** The first by which the router sent it on. */
  readonly hop: HopRecord;
  readonly clashes: Set<TakenPort>;
}

/**
 * No two living flows of different hosts, or of different ports, share a port of the router. The one promise about
 * flows among themselves: kept up flow by flow.
 */
export class SharedPorts {
  readonly #router: string;
  readonly #taken = new Map<FlowRecord, TakenPort>();
  readonly #byPort = new Map<string, TakenPort[]>();
  /** How many flows each owner has: one alone repeats nothing, it takes two to show the promise. */
  readonly #owners = new Map<string, number>();
  readonly #clashing = new Set<TakenPort>();

  constructor(router: string) {
    this.#router = router;
  }

  /** A flow is new or changed. @param epoch The one that this is about. */
  look(flow: FlowRecord, epoch: number): void {
    const before = this.#taken.get(flow);
    if (before) this.#drop(before);
    const after = flow.gone || flow.partial ? undefined : takenBy(flow, this.#router, epoch);
    if (after) this.#take(after);
  }

  get isShown(): boolean {
    return this.#owners.size > 1;
  }

  get isBroken(): boolean {
    return this.#clashing.size > 0;
  }

  /** Of flows that share a port with another, in their order. */
  get broken(): HopRecord[] {
    return hopsOf([...this.#clashing]);
  }

  get kept(): HopRecord[] {
    return this.isShown ? hopsOf([...this.#taken.values()].filter((one) => !this.#clashing.has(one))) : [];
  }

  #take(one: TakenPort): void {
    this.#taken.set(one.flow, one);
    const sharing = this.#byPort.get(one.key) ?? [];
    for (const other of sharing) if (isClash(one.flow, other.flow)) this.#set(one, other, true);
    sharing.push(one);
    this.#byPort.set(one.key, sharing);
    const owner = ownerOf(one.flow);
    this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + 1);
  }

  #drop(one: TakenPort): void {
    this.#taken.delete(one.flow);
    const sharing = this.#byPort.get(one.key)!;
    sharing.splice(sharing.indexOf(one), 1);
    for (const other of one.clashes) this.#set(one, other, false);
    const owner = ownerOf(one.flow);
    const left = this.#owners.get(owner)! - 1;
    if (left === 0) this.#owners.delete(owner);
    else this.#owners.set(owner, left);
  }

  #set(a: TakenPort, b: TakenPort, clash: boolean): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (clash) one.clashes.add(other);
      else one.clashes.delete(other);
      if (one.clashes.size > 0) this.#clashing.add(one);
      else this.#clashing.delete(one);
    }
  }
}

function hopsOf(taken: readonly TakenPort[]): HopRecord[] {
  return taken.map(({ hop }) => hop).sort((a, b) => a.index - b.index);
}

/** By the flow's first request of the epoch that the router sent on. */
function takenBy(flow: FlowRecord, router: string, epoch: number): TakenPort | undefined {
  for (const by of flow.journeys) {
    if (by.direction !== 'request' || by.first.stage.epoch !== epoch) continue;
    const hop = hopFrom(by, router);
    // A later fragment has no port, and neither has an error about a reply.
    if (!hop || hop.facts.sourcePort === 0) continue;
    const key = `${hop.facts.protocol} ${hop.facts.sourcePort}`;
    return { flow, key, hop, clashes: new Set() };
  }
  return undefined;
}

function ownerOf({ clientAddress, client }: FlowRecord): string {
  return `${clientAddress}:${client.port ?? ''}`;
}

function isClash(a: FlowRecord, b: FlowRecord): boolean {
  return ownerOf(a) !== ownerOf(b) && areAliveTogether(a, b);
}

function areAliveTogether(a: FlowRecord, b: FlowRecord): boolean {
  return isAliveAt(a, b.startNs) && isAliveAt(b, a.startNs);
}

/** Whether it had not ended by then. */
function isAliveAt({ closed, endNs }: FlowRecord, timeNs: number): boolean {
  return !closed || timeNs < endNs;
}
