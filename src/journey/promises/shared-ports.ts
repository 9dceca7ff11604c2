import { hopFrom } from '../records/evidence.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

/** The port that a flow got outside. */
interface TakenPort {
  readonly flow: FlowRecord;
  readonly key: number;
  readonly hop: HopRecord;
  readonly by: JourneyRecord;
  readonly clashes: Set<TakenPort>;
}

/**
 * No two living flows of different hosts, or of different ports, share a port of the router. The one promise about
 * flows among themselves: kept up flow by flow.
 */
export class SharedPorts {
  readonly #router: string;
  readonly #taken = new Map<FlowRecord, TakenPort>();
  readonly #byPort = new Map<number, TakenPort[]>();
  /** How many flows each owner has: one alone repeats nothing, it takes two to show the promise. */
  readonly #owners = new Map<string, number>();
  #clashes = 0;

  constructor(router: string) {
    this.#router = router;
  }

  /** A flow is new or changed. @param epoch The one that this is about. */
  look(flow: FlowRecord, epoch: number): void {
    const before = this.#taken.get(flow);
    const after = flow.gone || flow.partial ? undefined : takenBy(flow, this.#router, epoch, before);
    if (before && (before.by !== after?.by || before.hop !== after.hop)) this.#drop(before);
    if (after === undefined) return;
    if (before?.hop === after.hop) this.#compare(before);
    else this.#take(after);
  }

  get isShown(): boolean {
    return this.#owners.size > 1;
  }

  get isBroken(): boolean {
    return this.#clashes > 0;
  }

  /** Of flows that share a port with another, in the order of their first packets. */
  get broken(): HopRecord[] {
    return this.#clashes === 0 ? [] : this.#hops((one) => one.clashes.size > 0);
  }

  get kept(): HopRecord[] {
    return this.isShown ? this.#hops((one) => one.clashes.size === 0) : [];
  }

  #hops(choose: (one: TakenPort) => boolean): HopRecord[] {
    const chosen = [...this.#taken.values()].filter(choose);
    return chosen.sort((a, b) => a.by.order - b.by.order).map(({ hop }) => hop);
  }

  #take(one: TakenPort): void {
    this.#taken.set(one.flow, one);
    const sharing = this.#byPort.get(one.key);
    if (sharing) sharing.push(one);
    else this.#byPort.set(one.key, [one]);
    const owner = ownerOf(one.flow);
    this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + 1);
    this.#compare(one);
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

  #compare(one: TakenPort): void {
    for (const other of this.#byPort.get(one.key)!) {
      if (other !== one) this.#set(one, other, isClash(one.flow, other.flow));
    }
  }

  #set(a: TakenPort, b: TakenPort, clash: boolean): void {
    if (a.clashes.has(b) === clash) return;
    this.#clashes += clash ? 1 : -1;
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (clash) one.clashes.add(other);
      else one.clashes.delete(other);
    }
  }
}

/** By the flow's first request of the epoch that the router sent on. */
function takenBy(
  flow: FlowRecord,
  router: string,
  epoch: number,
  before: TakenPort | undefined,
): TakenPort | undefined {
  for (const by of flow.journeys) {
    if (by.direction !== 'request' || by.first.stage.epoch !== epoch || by.first.facts.quoted) continue;
    const hop = hopFrom(by, router);
    if (!hop || hop.facts.sourcePort === 0) continue;
    if (before?.hop === hop) return before;
    const key = hop.facts.protocol * 65536 + hop.facts.sourcePort;
    return { flow, key, hop, by, clashes: new Set() };
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
  const [first, second] = a.startNs <= b.startNs ? [a, b] : [b, a];
  return !first.closed || second.startNs < first.endNs;
}
