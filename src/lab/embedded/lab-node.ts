import type { LabEvent } from '../events.ts';
import type { NodeEvent } from '../events.ts';
import type { Plan, PlannedNode } from '../topology/plan.ts';
import type { Clock } from './clock.ts';
import { ForwarderDevice } from './forwarder-device.ts';
import { HealthChecks } from './health-checks.ts';
import { HttpServer } from './http-server.ts';
import { Kernel } from './kernel/kernel.ts';
import type { Told } from './kernel/told.ts';
import { frameHash } from '../../packet/hash.ts';
import { NetworkInterface } from './network-interface.ts';
import { Random } from './random.ts';
import type { Segment } from './segment.ts';
import { udpServer } from './udp-server.ts';

/** About what a packet socket's buffer holds. */
const HELD_WHILE_PAUSED = 1000;

export interface NodeEnvironment {
  readonly clock: Clock;
  readonly seed: number;
  readonly emit: (event: LabEvent) => void;
  /** Made when it is first asked for. */
  segment(name: string): Segment;
}

/** One node of the lab: its interfaces, its kernel, and what runs on it. */
export class LabNode {
  readonly name: string;
  readonly kernel: Kernel;
  readonly server: HttpServer;
  readonly #environment: NodeEnvironment;
  #planned: PlannedNode;
  #interfaces: NetworkInterface[] = [];
  #forwarder: ForwarderDevice | undefined;
  #checks: HealthChecks | undefined;
  #udpPorts: readonly number[] = [];
  #paused = false;
  /** What the paused processes have before them when they go on. */
  readonly #held: (() => void)[] = [];

  constructor(planned: PlannedNode, services: Plan['services'], environment: NodeEnvironment) {
    this.name = planned.name;
    this.#planned = planned;
    this.#environment = environment;
    const { clock, seed } = environment;
    this.#attach(planned);
    this.kernel = new Kernel(clock, new Random(seed, planned.name), this.#settings(planned), (told) =>
      this.#tell(told),
    );
    this.server = new HttpServer(planned.name, clock, (act) => this.#whenRunning(act));
    this.#listen(planned, []);
    this.serve(services);
    if (planned.forwarder) this.#start(planned.forwarder);
  }

  get planned(): PlannedNode {
    return this.#planned;
  }

  get interfaces(): readonly NetworkInterface[] {
    return this.#interfaces;
  }

  get forwarder(): ForwarderDevice | undefined {
    return this.#forwarder;
  }

  announceState(state: NodeEvent['state']): void {
    const { clock, emit } = this.#environment;
    emit({ kind: 'node', timeNs: clock.now(), node: this.name, state });
  }

  /** Changes the node in place: what stays as it was keeps its connections, its neighbours and its forwarder's table. */
  configure(planned: PlannedNode): void {
    const before = this.#planned;
    this.#planned = planned;
    this.#attach(planned);
    this.kernel.configure(this.#settings(planned));
    this.#forwarder?.lookAtCarrier();
    this.#listen(planned, before.listen);
    if (planned.forwarder) this.reconfigure(planned.forwarder);
    else {
      this.#forwarder?.halt();
      this.#forwarder = undefined;
      this.#checks?.halt();
      this.#checks = undefined;
    }
  }

  reconfigure(config: NonNullable<PlannedNode['forwarder']>): void {
    this.#planned = { ...this.#planned, forwarder: config };
    if (!this.#forwarder) return this.#start(config);
    this.#forwarder.reconfigure(config);
    if (this.#checks) this.#checks.configure(config);
    else this.#checks = this.#startChecks(config, this.#forwarder);
    if (this.#paused) this.#checks?.halt();
  }

  /** Answers datagrams at the ports where this node is a server of a UDP service. */
  serve(services: Plan['services']): void {
    for (const port of this.#udpPorts) this.kernel.udp.release(port);
    const served = services
      .filter((service) => service.protocol === 'udp')
      .flatMap((service) => service.servers.filter(({ name }) => name === this.name))
      .map(({ port }) => port);
    this.#udpPorts = [...new Set([...served, ...(this.#planned.datagrams ?? [])])];
    const owner = udpServer(this.name, this.#environment.clock, this.kernel.udp, this.server);
    for (const port of this.#udpPorts) this.kernel.udp.bind(owner, port);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Freezes the node's processes (forwarder, server, client); its kernel goes on, as under `docker pause`. */
  pause(): void {
    this.#paused = true;
    this.#forwarder?.halt();
    this.#checks?.halt();
  }

  resume(): void {
    this.#paused = false;
    for (const act of this.#held.splice(0)) act();
    this.#forwarder?.resume();
    this.#checks?.resume();
  }

  /** Shuts it down: who is to be told that it stops is told. What it had sent still gets there. */
  shutDown(): void {
    if (!this.#forwarder?.speaks || this.#paused) return this.halt();
    this.#forwarder.leave();
    for (const link of this.#interfaces) link.leave();
    this.halt();
  }

  /** Pulls the plug: nothing is sent any more, what is on its way here is lost. */
  halt(): void {
    this.#forwarder?.halt();
    this.#checks?.halt();
    this.kernel.halt();
    for (const link of this.#interfaces) link.detach();
  }

  #tell({ reason, packet, nextHop, link, frame }: Told): void {
    const { clock, emit } = this.#environment;
    // The kernel of a node with a forwarder sees what is its forwarder's, and has no say in it.
    if (this.#forwarder && (reason === 'not-local' || reason === 'reverse-path-filter')) return;
    emit({
      kind: 'host',
      timeNs: clock.now(),
      node: this.name,
      ...(link && { segment: link.name }),
      reason,
      ...(packet && { packet }),
      ...(nextHop !== undefined && { nextHop }),
      ...(frame && { frameHash: frameHash(frame, 0, frame.length) }),
    });
  }

  #attach(planned: PlannedNode): void {
    const kept = new Map(this.#interfaces.map((link) => [link.name, link]));
    this.#interfaces = planned.interfaces.map((wanted) => {
      const existing = kept.get(wanted.segment);
      kept.delete(wanted.segment);
      existing?.configure(wanted);
      return existing ?? this.#plugIn(wanted);
    });
    for (const link of kept.values()) link.detach();
  }

  #plugIn(planned: PlannedNode['interfaces'][number]): NetworkInterface {
    const { clock, emit, seed, segment } = this.#environment;
    const random = new Random(seed, `${this.name}.${planned.segment}`);
    return new NetworkInterface(
      this.name,
      planned,
      segment(planned.segment),
      { clock, emit, random },
      (from, frame) => this.#receive(from, frame),
    );
  }

  /** The forwarder looks first, as a packet socket does; the kernel then sees what no rule hides from it. */
  #receive(from: NetworkInterface, frame: Uint8Array): void {
    const forwarder = this.#forwarder;
    if (forwarder) this.#whenRunning(() => forwarder.receive(from.name, frame));
    if (!forwarder?.hides(frame)) this.kernel.receive(from, frame);
  }

  /** A process that is paused finds what came meanwhile in its buffers, as far as they go. */
  #whenRunning(act: () => void): void {
    if (!this.#paused) act();
    else if (this.#held.length < HELD_WHILE_PAUSED) this.#held.push(act);
  }

  #listen(planned: PlannedNode, before: readonly number[]): void {
    for (const port of before) if (!planned.listen.includes(port)) this.kernel.tcp.unlisten(port);
    for (const port of planned.listen) this.kernel.tcp.listen(port, this.server.accept);
  }

  #settings(planned: PlannedNode) {
    const { loopback, routes, sysctls, decapsulate, guePorts = [] } = planned;
    return { links: this.#interfaces, loopback, routes, sysctls, decapsulate, guePorts };
  }

  #start(config: NonNullable<PlannedNode['forwarder']>): void {
    this.#forwarder = this.#startForwarder(config);
    this.#checks = this.#startChecks(config, this.#forwarder);
    if (this.#paused) this.pause();
  }

  #startChecks(
    config: NonNullable<PlannedNode['forwarder']>,
    { port }: ForwarderDevice,
  ): HealthChecks | undefined {
    if (!config.services.some(({ check }) => check)) return undefined;
    const { clock, emit } = this.#environment;
    return new HealthChecks(config, clock, this.kernel, {
      heed: (health, nowMs) => port.forwarder.heed(health, nowMs),
      tell: (event) => emit({ ...event, node: this.name }),
      whenRunning: (act) => this.#whenRunning(act),
    });
  }

  #startForwarder(config: NonNullable<PlannedNode['forwarder']>): ForwarderDevice {
    const { clock, emit } = this.#environment;
    return new ForwarderDevice(
      config,
      clock,
      (segment) => this.#interfaces.find(({ name }) => name === segment),
      (decision) =>
        emit({
          ...decision,
          framesIn: [...decision.framesIn],
          framesOut: [...decision.framesOut],
          kind: 'decision',
          timeNs: clock.now(),
          node: this.name,
        }),
    );
  }
}
