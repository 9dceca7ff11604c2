import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { type Ipv4, parseIpv4, parseMac, asMac, toUnsigned, asSignedIpv4 } from '../../src/packet/address.ts';
import { buildUdp } from '../../src/packet/build.ts';
import type { Conditions, Fleet, Flows, Happening, Scheduling } from '../../src/simulation/fleet.ts';
import { inOtherOrder } from '../../src/simulation/flows.ts';
import { routerHashes } from '../../src/simulation/router.ts';
import { ACK, directorConfig, M_DIRECTOR, M_ROUTER, request, Rig, SYN } from '../forwarder/rig.ts';

/** Counted by frames: what came out of a forwarder, to whom. */
export interface Counted {
  flows: number;
  rerouted: number;
  moved: number;
  unserved: number;
  minimum: number;
}

const DIRECTOR = parseIpv4('172.16.255.254')!;
const ROUTER = parseIpv4('172.16.255.1')!;
const NOBODY = -1;

/**
 * The same fleet as real forwarders, one for each director, and real frames: what `simulate` says is judged by it. It has a
 * router of its own, which looks for the first bound that is not below the hash.
 */
export class DirectorsWithPackets {
  private readonly fleet: Fleet;
  private readonly flows: Flows;
  private readonly conditions: Conditions;
  private readonly scheduling: Scheduling;
  private readonly seed: number;
  private readonly hashes: Int32Array;
  private readonly rigs: Rig[];
  private readonly weights: number[];
  private readonly serverThere: boolean[];
  private readonly directorThere: boolean[];
  private readonly known: number[] = [];
  private readonly over: boolean[] = [];
  private at: number[] = [];

  constructor(
    fleet: Fleet,
    scheduling: Scheduling,
    conditions: Conditions,
    happenings: readonly Happening[],
    flows: Flows,
    seed: number,
  ) {
    this.fleet = fleet;
    this.scheduling = scheduling;
    this.conditions = conditions;
    this.flows = flows;
    this.seed = seed;
    this.hashes = routerHashes(flows, fleet, conditions.policy, seed);
    this.weights = fleet.servers.map(({ weight }) => weight);
    const comes = (name: string): boolean =>
      happenings.find((one) => one.name === name)?.kind.startsWith('add-') ?? false;
    this.serverThere = fleet.servers.map(({ name }) => !comes(name));
    this.directorThere = fleet.directors.map((name) => !comes(name));
    this.rigs = fleet.directors.map((name) => this.start(name));
    for (let flow = 0; flow < flows.ports.length; flow++) {
      this.at[flow] = this.route(flow);
      this.known[flow] = this.send(flow, SYN);
      this.over[flow] = this.known[flow] === NOBODY;
    }
  }

  step(happening: Happening): Counted {
    this.happen(happening);
    const counted: Counted = { flows: 0, rerouted: 0, moved: 0, unserved: 0, minimum: 0 };
    for (let flow = 0; flow < this.over.length; flow++) {
      const to = this.route(flow);
      if (!this.over[flow]) {
        counted.flows++;
        if (to !== this.at[flow]) counted.rerouted++;
        if (!this.serverThere[this.known[flow]!]) counted.minimum++;
        this.at[flow] = to;
        const server = this.send(flow, ACK);
        if (server === NOBODY) counted.unserved++;
        else if (server !== this.known[flow]) {
          counted.moved++;
          this.known[flow] = server;
          if (this.fleet.protocol === 'tcp') this.over[flow] = true;
        }
      }
      this.at[flow] = to;
    }
    return counted;
  }

  private happen({ kind, name }: Happening): void {
    const server = this.fleet.servers.findIndex((one) => one.name === name);
    const director = this.fleet.directors.indexOf(name);
    if (kind === 'remove-director') this.directorThere[director] = false;
    if (kind === 'add-director') {
      this.directorThere[director] = true;
      this.rigs[director] = this.start(name);
    }
    if (kind === 'remove-server') this.serverThere[server] = false;
    if (kind === 'drain-server') this.weights[server] = 0;
    if (kind === 'add-server') {
      this.serverThere[server] = true;
      this.weights[server] = this.fleet.servers[server]!.weight;
    }
    this.fleet.directors.forEach((one, place) => this.rigs[place]!.reconfigure(this.config(one)));
  }

  private start(director: string): Rig {
    const rig = new Rig(this.config(director)).learn(ROUTER, M_ROUTER);
    this.fleet.servers.forEach(({ address }, number) => rig.learn(address, macOf(number)));
    return rig;
  }

  private config(director: string): ForwarderConfig {
    const { servers, otherOrder, vip, port, protocol } = this.fleet;
    const numbers = servers.map((_, number) => number);
    const order = director === otherOrder ? inOtherOrder(numbers, this.seed) : numbers;
    const listed = order.filter((number) => this.serverThere[number]);
    return directorConfig(
      {
        vip,
        port,
        protocol,
        scheduler: this.scheduling.scheduler,
        schedulerFlags: this.scheduling.flags,
        servers: listed.map((number) => ({ ...servers[number]!, weight: this.weights[number]! })),
      },
      {
        interfaces: [{ segment: 'inside', address: DIRECTOR, prefixLength: 16, mac: M_DIRECTOR, mtu: 1500 }],
        routes: [{ network: 0 as Ipv4, prefixLength: 0, via: ROUTER }],
        onRemove: this.conditions.onRemove,
        noEntry: 'reset',
        limitErrors: false,
      },
    );
  }

  private route(flow: number): number {
    const present = this.directorThere.flatMap((isThere, director) => (isThere ? [director] : []));
    const at = present.findIndex(
      (_, place) => this.hashes[flow]! <= Math.round(((place + 1) * 2 ** 31) / present.length) - 1,
    );
    return present[at]!;
  }

  /** The number of the server that the frame went on to. */
  private send(flow: number, flags: number): number {
    const { vip, port, protocol, servers } = this.fleet;
    const addresses = [toUnsigned(asSignedIpv4(this.flows.clients[flow]!)), vip] as const;
    const ports = [this.flows.ports[flow]!, port] as const;
    const frame =
      protocol === 'tcp'
        ? request(ports[0], flags, { addresses, ports })
        : buildUdp({
            ethernet: { source: M_ROUTER, destination: M_DIRECTOR },
            ip: { source: addresses[0], destination: addresses[1], ttl: 63, id: 7 },
            udp: { sourcePort: ports[0], destinationPort: ports[1] },
            payload: Uint8Array.of(1),
          });
    const { sent } = this.rigs[this.at[flow]!]!.give(frame);
    if (sent.length === 0) return NOBODY;
    const to = Buffer.from(sent[0]!.bytes).readUIntBE(0, 6);
    const server = servers.findIndex((_, number) => macOf(number) === to);
    // A reset of the director's own goes back to the router.
    if (server < 0 && protocol === 'tcp' && flags === ACK) this.over[flow] = true;
    return server;
  }
}

function macOf(server: number) {
  return asMac(parseMac('02:00:00:00:05:00')! + server + 1);
}
