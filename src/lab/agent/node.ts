import type { Decision } from '../../forwarder/verdict.ts';
import type { Ipv4 } from '../../packet/address.ts';
import type { RequestEnd } from '../events.ts';
import type { NodeState } from '../node-state.ts';
import type { AskedRequest, LoadEntry } from '../traffic/traffic-schedule.ts';
import type {
  AgentEvent,
  AgentOperations,
  AgentWarning,
  EndedRequest,
  NodeSetup,
} from '../agent-wire/agent-protocol.ts';
import { Capture, type CaptureSink } from './capture.ts';
import { CaptureBudget, DEFAULT_FRAMES_PER_SECOND } from './capture-budget.ts';
import { ask } from './ask.ts';
import { DatagramServer } from './datagrams.ts';
import { Decapsulator } from './decapsulator.ts';
import { droppedProtocols } from './dropped.ts';
import { ForwarderSupervisor } from './forwarder-supervisor.ts';
import { freeze } from './freeze.ts';
import { Gate } from './gate.ts';
import { isUp } from './interface-count.ts';
import { Links } from './links.ts';
import { lookUpNetwork } from './look-up.ts';
import { applyQueueing } from './queueing.ts';
import { NO_RULES, ruleset } from './rules.ts';
import { realtimeNs } from '../agent-wire/host-clock.ts';
import { Restarts } from './restarts.ts';
import { whyNotSent } from './own-kernel.ts';
import { must } from './run.ts';
import { runWrk } from './run-wrk.ts';
import { WebServer } from './web-server.ts';

/** How soon, and then how often, the interface of a capture that ended is looked at. */
const LOOK_MS = 200;
const PAUSED: EndedRequest = { end: { outcome: 'unsent', reason: 'node-paused' } };

/** One container as a node of the plan: interfaces, rules, servers, captures and the forwarder. */
export class Node {
  readonly #emit: (event: AgentEvent) => void;
  readonly #sink: CaptureSink;
  readonly #links = new Links();
  readonly #captures = new Map<string, { readonly device: string; readonly capture: Capture }>();
  readonly #web: WebServer;
  /** Shut while the node is paused. */
  readonly #gate = new Gate();
  readonly #datagrams = new DatagramServer(this.#gate);
  readonly #decapsulator: Decapsulator;
  readonly #forwarder: ForwarderSupervisor;
  readonly #onCaptureEnd: (message: string, restarted: boolean) => void;
  readonly #recaptures = new Restarts();
  /** Segments whose capture has fallen back. */
  readonly #reduced = new Set<string>();
  #budget = DEFAULT_FRAMES_PER_SECOND;
  #rules = NO_RULES;
  readonly #shaped = new Set<string>();
  /** What a paused node was told: it is taken over when the node goes on. */
  #deferred: NodeSetup | undefined;
  /** The longest that an interface holds back what is sent. */
  #delayMs = 0;
  /** Of each segment's interface, the protocols that it drops. */
  #dropped: ReadonlyMap<string, readonly number[]> = new Map();

  constructor(emit: (event: AgentEvent) => void, frames: (message: Uint8Array) => boolean) {
    this.#emit = emit;
    this.#sink = {
      frames,
      lost: (segment, lost, reason) => emit({ event: 'loss', segment, frames: lost, reason }),
      detail: (segment, detail, timeNs) => {
        emit({ event: 'capture', segment, detail, timeNs: timeNs.toString() });
        if (detail === 'frames') this.#reduced.delete(segment);
        else this.#reduced.add(segment);
        // A decision is of use only with the frames that it is about.
        this.#forwarder.watch(this.#reduced.size === 0);
      },
      ended: (segment, message) => this.#recapture(segment, message),
    };
    const ended = (name: string) => (message: string, restarted: boolean) =>
      emit({ event: 'process', name, state: restarted ? 'restarted' : 'failed', message });
    this.#onCaptureEnd = ended('tcpdump');
    this.#web = new WebServer(ended('nginx'));
    this.#decapsulator = new Decapsulator(ended('decapsulator'));
    this.#forwarder = new ForwarderSupervisor({
      decision: (timeNs: string, decision: Decision) => emit({ event: 'decision', timeNs, decision }),
      decisionsLost: (decisions) => emit({ event: 'decisions-lost', decisions }),
      ended: ended('forwarder'),
    });
  }

  /** Interfaces without addresses, and the captures on them. */
  async attach({ node, devices, captureBudget, unrecorded }: NodeSetup): Promise<AgentWarning[]> {
    this.#budget = captureBudget === 0 ? Infinity : (captureBudget ?? DEFAULT_FRAMES_PER_SECOND);
    await this.#links.prepare(node, devices);
    if (unrecorded) this.#forwarder.watch(false);
    const captured = unrecorded ? [] : node.interfaces.filter(({ down }) => !down);
    await this.#capture(captured.map(({ segment }) => segment));
    return [];
  }

  /** Processes that take their time to start, before the node has an address: what they do needs none. */
  async warmUp({ node, bodySizes, port }: NodeSetup): Promise<void> {
    if (node.forwarder) this.#forwarder.warmUp(port);
    await this.#web.serve(node.name, node.listen, bodySizes);
  }

  /** Of a paused node the kernel alone is told; its processes hear of it when they go on. */
  async configure(setup: NodeSetup): Promise<AgentWarning[]> {
    const { node, udpPorts, bodySizes } = setup;
    await this.attach(setup);
    if (!this.#gate.isOpen) {
      await this.#links.address(node);
      this.#deferred = setup;
      return [];
    }
    const ownDecapsulator = await this.#decapsulator.configure(node, (segment) =>
      this.#links.deviceOf(segment),
    );
    // Before the addresses: a reply must not find the kernel unguarded.
    await this.#applyRules(ruleset(node, (segment) => this.#links.deviceOf(segment), ownDecapsulator));
    await this.#links.address(node);
    await this.#links.verify(node);
    await this.#web.serve(node.name, node.listen, bodySizes);
    const addresses = [...node.interfaces.map(({ address }) => address), ...node.loopback];
    await this.#datagrams.serve(node.name, addresses, udpPorts);
    const warnings = await applyQueueing(node, (segment) => this.#links.deviceOf(segment), this.#shaped);
    this.#delayMs = Math.max(0, ...node.interfaces.map(({ delayNs }) => delayNs)) / 1e6;
    this.#dropped = new Map(node.interfaces.map((port) => [port.segment, droppedProtocols(port)]));
    await this.#configureForwarder(setup);
    return warnings;
  }

  begin(): Promise<void> {
    return this.#forwarder.begin();
  }

  async reconfigure(setup: NodeSetup): Promise<void> {
    if (!this.#gate.isOpen) this.#deferred = setup;
    else await this.#configureForwarder(setup);
  }

  /** Processes stand still; the kernel, the captures and this agent go on. */
  pause(): void {
    this.#gate.close();
    freeze(true);
  }

  async resume(): Promise<AgentWarning[]> {
    freeze(false);
    this.#gate.open();
    const setup = this.#deferred;
    this.#deferred = undefined;
    return setup ? this.configure(setup) : [];
  }

  /** It is shut down: directors that stand in for it are told, and what its interfaces still hold back gets there. */
  async leave(): Promise<void> {
    // A process that stands still says nothing.
    if (!this.#gate.isOpen || !this.#forwarder.hasOthers) return;
    await this.#forwarder.stop();
    await new Promise((resolve) => setTimeout(resolve, this.#delayMs));
  }

  /** Nothing is sent any more: what follows is the end of the container. */
  unplug(): Promise<void> {
    return this.#links.unplug();
  }

  /** The forwarder of a paused node cannot be asked. */
  async lookUp(): Promise<NodeState> {
    const network = await lookUpNetwork((device) => this.#links.segmentOf(device));
    const forwarder = this.#gate.isOpen ? await this.#forwarder.lookUp() : undefined;
    return { ...network, ...forwarder, seenClients: [...this.#web.seen, ...this.#datagrams.seen] };
  }

  /** A paused node asks nothing. */
  async fetch(asked: AskedRequest): Promise<EndedRequest> {
    if (!this.#gate.isOpen) return PAUSED;
    const ended = await ask(asked);
    await this.#tellWhy(asked, ended.end);
    return ended;
  }

  async load(entry: LoadEntry): Promise<EndedRequest> {
    if (!this.#gate.isOpen) return PAUSED;
    const end = await runWrk(entry);
    await this.#tellWhy({ entry, protocol: 'tcp' }, end);
    return { end };
  }

  /** Before the end itself: what explains it is known by then. */
  async #tellWhy(asked: Omit<AskedRequest, 'id'>, end: RequestEnd): Promise<void> {
    const asking = whyNotSent(asked, end, (device) => this.#links.segmentOf(device));
    // What cannot be asked is not known; the end is, all the same.
    const why = await asking.catch(() => undefined);
    if (why) this.#emit({ event: 'host', timeNs: realtimeNs(), ...why });
  }

  async forget(neighbours?: readonly { readonly segment: string; readonly address: Ipv4 }[]): Promise<void> {
    await this.#links.forget(neighbours);
    this.#forwarder.forget(neighbours?.map(({ address }) => address));
  }

  askAgain(neighbours: AgentOperations['ask-again']['request']['neighbours']): Promise<void> {
    return this.#links.askAgain(neighbours);
  }

  async tellLosses(): Promise<void> {
    await Promise.all([...this.#captures.values()].map(({ capture }) => capture.tellLosses()));
  }

  deviceOf(segment: string): string | undefined {
    return this.#links.deviceOf(segment);
  }

  /** Ends the processes; the container ends with this one. */
  async stop(): Promise<void> {
    for (const { capture } of this.#captures.values()) capture.stop();
    await Promise.all([this.#forwarder.stop(), this.#decapsulator.stop(), this.#web.stop()]);
  }

  #configureForwarder({ node, port, waits }: NodeSetup): Promise<void> {
    return this.#forwarder.configure(
      node.forwarder,
      port,
      (segment) => this.#links.deviceOf(segment),
      (segment) => this.#dropped.get(segment) ?? [],
      waits,
    );
  }

  async #capture(segments: readonly string[]): Promise<void> {
    for (const [segment, { device, capture }] of this.#captures)
      if (!segments.includes(segment) || this.#links.deviceOf(segment) !== device || !capture.alive)
        this.#endCapture(segment, capture);
    for (const segment of segments) {
      const device = this.#links.deviceOf(segment);
      if (device !== undefined && !this.#captures.has(segment)) this.#startCapture(segment, device);
    }
    await Promise.all([...this.#captures.values()].map(({ capture }) => capture.ready));
  }

  #startCapture(segment: string, device: string): void {
    const budget = new CaptureBudget(this.#budget, Date.now());
    this.#captures.set(segment, { device, capture: new Capture(segment, device, this.#sink, budget) });
  }

  #endCapture(segment: string, capture: Capture): void {
    capture.stop();
    if (this.#captures.get(segment)?.capture === capture) this.#captures.delete(segment);
    if (this.#reduced.has(segment)) this.#sink.detail(segment, 'frames', BigInt(realtimeNs()));
  }

  /** A capture that ended by itself is begun again as soon as its interface is up; what passed meanwhile is told. */
  #recapture(segment: string, message: string): void {
    const ended = this.#captures.get(segment);
    if (!ended) return;
    const { device, capture } = ended;
    const look = () => {
      const up = isUp(device);
      if (up === undefined || this.#captures.get(segment) !== ended) return;
      if (!up) {
        setTimeout(look, LOOK_MS);
        return;
      }
      const again = this.#recaptures.allow(Date.now());
      if (again) this.#startCapture(segment, device);
      const next = again ? this.#captures.get(segment)?.capture.ready : undefined;
      // Until then everything passed unseen.
      const end = (restarted: boolean) => {
        this.#endCapture(segment, capture);
        this.#onCaptureEnd(message, restarted);
      };
      void Promise.resolve(next).then(
        () => end(again),
        () => end(false),
      );
    };
    setTimeout(look, LOOK_MS);
  }

  async #applyRules(rules: string): Promise<void> {
    if (rules === this.#rules) return;
    await must('nft', ['-f', '-'], rules);
    this.#rules = rules;
  }
}
