import { toSigned } from '../packet/address.ts';
import { Directors } from './directors.ts';
import { unevenness } from './evenness.ts';
import type { Conditions, Fleet, Happening, Outcome, RoutedFlows, Scheduling, StepOutcome } from './fleet.ts';
import { spread } from './router.ts';

/** No server has it. */
const NONE = -1;

/**
 * Every flow is opened, in turn, at the director that the router gives it to; then one thing happens after the other, and
 * after each of them every flow sends one packet. Without packets: no time-outs, no retransmissions, no persistence. What is
 * added before it was removed is not there at first.
 */
export function simulate(
  fleet: Fleet,
  scheduling: Scheduling,
  conditions: Conditions,
  happenings: readonly Happening[],
  flows: RoutedFlows,
  seed: number,
): Outcome {
  const simulation = new Simulation(fleet, scheduling, conditions, happenings, flows, seed);
  const { tableUnevenness, loadUnevenness } = simulation;
  return {
    tableUnevenness,
    loadUnevenness,
    steps: happenings.map((one, place) => simulation.step(one, place === happenings.length - 1)),
  };
}

class Simulation {
  readonly tableUnevenness: number | null;
  readonly loadUnevenness: number | null;
  private readonly fleet: Fleet;
  private readonly conditions: Conditions;
  private readonly flows: RoutedFlows;
  private readonly directors: Directors;
  private readonly vip;
  /** Directors by number that the router sends to. */
  private readonly routed: boolean[];
  /** Of each flow: the director that its last packet came to. */
  private at: Uint16Array;
  /** Of each flow: the server in that director's entry, `NONE` where it has none. */
  private readonly entry: Int16Array;
  /** Of each flow: the server that knows the connection, which its last served packet went to. */
  private readonly server: Int16Array;
  /** Entries at directors that flows were led away from, by `flow * directors + director`. */
  private readonly left = new Map<number, number>();
  private keepsLeft = true;
  /** TCP connections that were reset, or moved to a server that resets them. */
  private readonly over: Uint8Array;

  constructor(
    fleet: Fleet,
    scheduling: Scheduling,
    conditions: Conditions,
    happenings: readonly Happening[],
    flows: RoutedFlows,
    seed: number,
  ) {
    this.fleet = fleet;
    this.conditions = conditions;
    this.flows = flows;
    this.vip = toSigned(fleet.vip);
    const present = fleet.servers.map(({ name }) => !isAddedFirst(happenings, 'server', name));
    this.routed = fleet.directors.map((name) => !isAddedFirst(happenings, 'director', name));
    this.directors = new Directors(fleet, scheduling, conditions, present, seed);
    const count = flows.clients.length;
    this.over = new Uint8Array(count);
    this.entry = new Int16Array(count).fill(NONE);
    this.server = new Int16Array(count).fill(NONE);
    this.at = this.route();
    const load = new Float64Array(fleet.servers.length);
    for (let flow = 0; flow < count; flow++) {
      const server = this.schedule(flow, this.at[flow]!);
      if (server === NONE) this.over[flow] = 1;
      else load[server]!++;
      this.server[flow] = server;
    }
    const weights = fleet.servers.map(({ weight }, number) => (present[number] ? weight : 0));
    const entries = this.directors.entriesByServer();
    this.tableUnevenness = entries ? unevenness(entries, weights) : null;
    this.loadUnevenness = unevenness(load, weights);
  }

  /** `isLast`: nobody asks any more what directors know that flows were led away from. */
  step(happening: Happening, isLast: boolean): StepOutcome {
    const isOfServer = happening.kind.endsWith('-server');
    const before = isOfServer ? this.chosenAnew() : undefined;
    this.happen(happening);
    const after = isOfServer ? this.chosenAnew() : undefined;
    const to = this.route();
    const isTcp = this.fleet.protocol === 'tcp';
    this.keepsLeft = !isLast;
    const sums = { flows: 0, rerouted: 0, moved: 0, unserved: 0, minimum: 0, rehashed: 0 };
    for (let flow = 0; flow < to.length; flow++) {
      if (before && after && before[flow] !== after[flow]) sums.rehashed++;
      if (this.over[flow]) continue;
      sums.flows++;
      if (to[flow] !== this.at[flow]) sums.rerouted++;
      const known = this.server[flow]!;
      if (known !== NONE && !this.directors.present[known]) sums.minimum++;
      const server = this.send(flow, to[flow]!);
      if (server === NONE) sums.unserved++;
      else if (server !== known) {
        sums.moved++;
        if (isTcp) this.over[flow] = 1;
        this.server[flow] = server;
      }
    }
    this.at = to;
    const broken = isTcp ? sums.moved + sums.unserved : null;
    return { happening, ...sums, broken, rehashed: this.directors.isHash ? sums.rehashed : null };
  }

  private happen({ kind, name }: Happening): void {
    if (kind === 'remove-director' || kind === 'add-director') {
      const director = this.fleet.directors.indexOf(name);
      this.routed[director] = kind === 'add-director';
      if (kind === 'add-director') this.begin(director);
      return;
    }
    const server = this.fleet.servers.findIndex((one) => one.name === name);
    if (kind === 'drain-server') this.directors.drain(server);
    else if (kind === 'add-server') this.directors.add(server);
    else this.directors.remove(server);
  }

  /** One that comes, or comes back, has no entries but what others tell it. */
  private begin(director: number): void {
    this.directors.restart(director);
    for (const key of this.left.keys())
      if (key % this.fleet.directors.length === director) this.left.delete(key);
  }

  private route(): Uint16Array {
    return spread(
      this.flows.hashes,
      this.routed.flatMap((isRouted, director) => (isRouted ? [director] : [])),
    );
  }

  /** A packet of a flow that is open: the server it goes to. */
  private send(flow: number, director: number): number {
    if (!this.conditions.sync && director !== this.at[flow]) this.change(flow, director);
    const server = this.entry[flow]!;
    if (server !== NONE) {
      if (this.directors.present[server]) return server;
      if (this.conditions.onRemove === 'silent') return NONE;
      this.directors.count(director, server, -1);
      this.entry[flow] = NONE;
    }
    if (this.fleet.protocol === 'tcp' && !this.conditions.sloppyTcp) {
      this.over[flow] = 1;
      return NONE;
    }
    return this.schedule(flow, director);
  }

  /** Another director looks into its own entries. */
  private change(flow: number, director: number): void {
    const count = this.fleet.directors.length;
    const key = flow * count + this.at[flow]!;
    if (this.entry[flow] === NONE) this.left.delete(key);
    else if (this.keepsLeft) this.left.set(key, this.entry[flow]!);
    this.entry[flow] = this.left.get(flow * count + director) ?? NONE;
  }

  private schedule(flow: number, director: number): number {
    const { clients, ports } = this.flows;
    const server = this.directors.pick(director, clients[flow]!, this.vip, ports[flow]!);
    this.entry[flow] = server;
    if (server !== NONE) this.directors.count(director, server, 1);
    return server;
  }

  /** What a director that knows no flow would choose for each now; undefined where that depends on what came before. */
  private chosenAnew(): Int16Array | undefined {
    if (!this.directors.isHash) return undefined;
    const { clients, ports } = this.flows;
    const { usual } = this.directors;
    const chosen = new Int16Array(clients.length);
    for (let flow = 0; flow < chosen.length; flow++)
      chosen[flow] = this.directors.pick(usual, clients[flow]!, this.vip, ports[flow]!);
    return chosen;
  }
}

/** What is added before it was removed is not there at first. */
function isAddedFirst(happenings: readonly Happening[], what: 'server' | 'director', name: string): boolean {
  const first = happenings.find((one) => one.name === name && one.kind.endsWith(`-${what}`));
  return first?.kind === `add-${what}`;
}
