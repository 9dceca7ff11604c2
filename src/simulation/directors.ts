import type { ServerConfig } from '../forwarder/config.ts';
import { schedulers } from '../forwarder/schedulers/registry.ts';
import type { Candidate, Scheduler } from '../forwarder/schedulers/scheduler.ts';
import { type SignedIpv4, toSigned } from '../packet/address.ts';
import type { Conditions, Fleet, Scheduling } from './fleet.ts';
import { inOtherOrder } from './flows.ts';

/** Connections of each server, by its number: one director's, or those of all where they are synchronised. */
interface Counts {
  readonly active: Int32Array;
  readonly inactive: Int32Array;
}

/** A server at one director. */
class Listed implements Candidate {
  readonly name: string;
  readonly address: SignedIpv4;
  readonly port: number;
  weight: number;
  lastWeight: number;
  private readonly number: number;
  private readonly counts: Counts;

  constructor({ name, address, port }: ServerConfig, number: number, weight: number, counts: Counts) {
    this.number = number;
    this.counts = counts;
    this.name = name;
    this.address = toSigned(address);
    this.port = port;
    this.weight = weight;
    this.lastWeight = weight;
  }

  get active(): number {
    return this.counts.active[this.number]!;
  }

  get inactive(): number {
    return this.counts.inactive[this.number]!;
  }
}

/** One director: the scheduler of its service, and the servers as it lists them. */
interface Director {
  readonly scheduler: Scheduler;
  /** All servers, by number. */
  readonly servers: readonly Listed[];
  /** Their numbers, in its order. */
  readonly order: readonly number[];
  readonly counts: Counts;
  /** Numbers of those that are there, as the scheduler was told. */
  listed: readonly number[];
  /** What it was told: the servers in their order, and their weights. */
  told: string;
}

/**
 * The directors' schedulers, those of the forwarder. A scheduler that chooses by its table alone is one for all directors of
 * the same order: it would choose the same at each.
 */
export class Directors {
  private readonly directors: Director[];
  /** Whether each server, by number, is there. */
  readonly present: boolean[];
  private readonly scheduling: Scheduling;
  private readonly fleet: Fleet;
  private readonly seed: number;
  private readonly isTcp: boolean;
  private readonly weights: number[];
  private readonly shared: Counts | undefined;

  constructor(
    fleet: Fleet,
    scheduling: Scheduling,
    { sync }: Pick<Conditions, 'sync'>,
    present: readonly boolean[],
    seed: number,
  ) {
    this.fleet = fleet;
    this.scheduling = scheduling;
    this.seed = seed;
    this.isTcp = fleet.protocol === 'tcp';
    this.present = [...present];
    this.weights = fleet.servers.map(({ weight }) => weight);
    this.shared = sync ? noCounts(fleet.servers.length) : undefined;
    this.directors = [];
    for (const name of fleet.directors) {
      const made = this.make(name);
      const alike =
        made.scheduler.entries && this.directors.find(({ order }) => sameOrder(order, made.order));
      this.directors.push(alike ?? made);
    }
    this.tell();
  }

  /** The number of the server for a new connection at a director; -1 when none takes it. */
  pick(director: number, client: number, vip: SignedIpv4, port: number): number {
    const { scheduler, listed } = this.directors[director]!;
    const place = scheduler.pick(client as SignedIpv4, vip, port);
    const server = place < 0 ? -1 : listed[place]!;
    // A hash may name one that is drained: such a client is refused.
    return server < 0 || this.weights[server] === 0 ? -1 : server;
  }

  /** Whose connections a director counts: TCP's are active, as from SYN_RECV on; UDP's never are. */
  count(director: number, server: number, more: 1 | -1): void {
    const { active, inactive } = this.directors[director]!.counts;
    if (this.isTcp) active[server]! += more;
    else inactive[server]! += more;
  }

  remove(server: number): void {
    this.present[server] = false;
    this.tell();
  }

  /** With the weight that it is to have, whatever it had when it went. */
  add(server: number): void {
    this.present[server] = true;
    this.weights[server] = this.fleet.servers[server]!.weight;
    for (const { servers } of this.directors)
      servers[server]!.lastWeight = servers[server]!.weight = this.weights[server];
    this.tell();
  }

  /** Weight 0: each director still knows the weight it had. */
  drain(server: number): void {
    this.weights[server] = 0;
    for (const { servers } of this.directors) servers[server]!.weight = 0;
    this.tell();
  }

  /** A director that begins: it has scheduled nothing, and of what is drained it knows no other weight. */
  restart(director: number): void {
    const made = this.make(this.fleet.directors[director]!);
    this.directors[director] = made;
    this.update(made);
  }

  /** A director with the usual order. */
  get usual(): number {
    return this.fleet.directors[0] === this.fleet.otherOrder ? 1 : 0;
  }

  /** Each director's scheduler chooses by its table alone. */
  get isHash(): boolean {
    return this.directors[0]!.scheduler.entries !== undefined;
  }

  /** Entries of the table for each server; undefined where there is none. */
  entriesByServer(): Float64Array | undefined {
    const { scheduler, listed } = this.directors[this.usual]!;
    if (!scheduler.entries) return undefined;
    const entries = new Float64Array(this.fleet.servers.length);
    for (const place of scheduler.entries) if (place >= 0) entries[listed[place]!]!++;
    return entries;
  }

  private make(name: string): Director {
    const { servers, otherOrder } = this.fleet;
    const numbers = servers.map((_, number) => number);
    const order = name === otherOrder ? inOtherOrder(numbers, this.seed) : numbers;
    const { scheduler, flags, tableSize } = this.scheduling;
    const counts = this.shared ?? noCounts(servers.length);
    return {
      scheduler: schedulers[scheduler].make(flags, tableSize),
      servers: servers.map((server, number) => new Listed(server, number, this.weights[number]!, counts)),
      order,
      counts,
      listed: [],
      told: '',
    };
  }

  private tell(): void {
    for (const director of new Set(this.directors)) this.update(director);
  }

  /** As the forwarder's service table does: a scheduler that is told nothing new keeps its place. */
  private update(director: Director): void {
    const listed = director.order.filter((server) => this.present[server]);
    const told = listed.map((server) => `${server} ${this.weights[server]!}`).join();
    if (told === director.told) return;
    director.told = told;
    director.listed = listed;
    director.scheduler.update(director.listed.map((server) => director.servers[server]!));
  }
}

function noCounts(servers: number): Counts {
  return { active: new Int32Array(servers), inactive: new Int32Array(servers) };
}

function sameOrder(one: readonly number[], another: readonly number[]): boolean {
  return one.every((number, place) => number === another[place]);
}
