import { spawn } from 'node:child_process';
import type { Decision } from '../../../forwarder/verdict.ts';
import type { ForwarderConfig } from '../../../forwarder/config.ts';
import { ping } from './ping-call.ts';
import type { PlannedTraffic } from '../../topology/plan.ts';
import type { AgentEvent, AgentWarning, NodeSetup, RequestOutcome } from '../agent-protocol.ts';
import { Capture, type CaptureSink } from './capture.ts';
import { curlArguments, curlInput, curlOutcome } from './curl-call.ts';
import { DatagramServer, fetchByDatagram } from './datagrams.ts';
import { Decapsulator } from './decapsulator.ts';
import { ForwarderSupervisor } from './forwarder-supervisor.ts';
import { realtimeNs } from '../host-clock.ts';
import { Links } from './links.ts';
import { applyQueueing } from './queueing.ts';
import { ruleset } from './rules.ts';
import { must } from './run.ts';
import { WebServer } from './web-server.ts';

/** One container as a node of the plan: interfaces, rules, servers, captures and the forwarder. */
export class Node {
  readonly #sink: CaptureSink;
  readonly #links = new Links();
  readonly #captures = new Map<string, { readonly device: string; readonly capture: Capture }>();
  readonly #web: WebServer;
  readonly #datagrams = new DatagramServer();
  readonly #decapsulator: Decapsulator;
  readonly #forwarder: ForwarderSupervisor;
  #rules = '';

  constructor(emit: (event: AgentEvent) => void, frames: (message: Uint8Array) => boolean) {
    this.#sink = { frames, lost: (segment, lost) => emit({ event: 'loss', segment, frames: lost }) };
    this.#web = new WebServer((message) =>
      emit({ event: 'process', name: 'nginx', state: 'failed', message }),
    );
    const ended = (name: string) => (message: string, restarted: boolean) =>
      emit({ event: 'process', name, state: restarted ? 'restarted' : 'failed', message });
    this.#decapsulator = new Decapsulator(ended('decapsulator'));
    this.#forwarder = new ForwarderSupervisor(
      (timeNs: string, decision: Decision) => emit({ event: 'decision', timeNs, decision }),
      ended('forwarder'),
    );
  }

  /** Interfaces without addresses, and the captures on them. */
  async attach({ node, devices }: NodeSetup): Promise<AgentWarning[]> {
    await this.#links.find(devices);
    for (const planned of node.interfaces) await this.#links.prepare(planned);
    await this.#capture(node.interfaces.filter(({ down }) => !down).map(({ segment }) => segment));
    return [];
  }

  async configure(setup: NodeSetup): Promise<AgentWarning[]> {
    const { node, udpPorts, bodySizes } = setup;
    await this.attach(setup);
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
    const warnings = await applyQueueing(node, (segment) => this.#links.deviceOf(segment));
    await this.#forwarder.configure(node.forwarder, (segment) => this.#links.deviceOf(segment));
    return warnings;
  }

  reconfigure(forwarder: ForwarderConfig): Promise<void> {
    return this.#forwarder.configure(forwarder, (segment) => this.#links.deviceOf(segment));
  }

  async fetch(entry: PlannedTraffic, protocol: 'tcp' | 'udp' | 'icmp'): Promise<RequestOutcome> {
    if (protocol === 'udp') return fetchByDatagram(entry);
    if (protocol === 'icmp') return ping(entry);
    return new Promise((resolve) => {
      const child = spawn('curl', curlArguments(entry), { stdio: ['pipe', 'ignore', 'pipe'] });
      let errors = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
      child.on('error', () => resolve('unreachable'));
      child.on('close', (code) => resolve(curlOutcome(code, errors)));
      child.stdin.on('error', () => undefined);
      child.stdin.end(curlInput(entry));
    });
  }

  async forget(
    neighbours?: readonly { readonly segment: string; readonly address: number }[],
  ): Promise<void> {
    await this.#links.forget(neighbours);
    this.#forwarder.forget(neighbours?.map(({ address }) => address));
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

  async #capture(segments: readonly string[]): Promise<void> {
    for (const [segment, { device, capture }] of this.#captures) {
      if (segments.includes(segment) && this.#links.deviceOf(segment) === device && capture.alive) continue;
      capture.stop();
      this.#captures.delete(segment);
    }
    for (const segment of segments) {
      const device = this.#links.deviceOf(segment);
      if (device === undefined || this.#captures.has(segment)) continue;
      this.#captures.set(segment, { device, capture: new Capture(segment, device, this.#sink) });
    }
    await Promise.all([...this.#captures.values()].map(({ capture }) => capture.ready));
  }

  async #applyRules(rules: string): Promise<void> {
    if (rules === this.#rules) return;
    await must('nft', ['-f', '-'], rules);
    this.#rules = rules;
  }

  /** For the reply of an operation: when it took effect. */
  now(): string {
    return realtimeNs();
  }
}
