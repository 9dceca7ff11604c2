import type { ForwarderConfig } from '../../forwarder/config.ts';
import type { ConnectionView } from '../../forwarder/connections/view.ts';
import type { ForwarderCounters } from '../../forwarder/counters.ts';
import type { PortName } from '../../forwarder/ports/network-port.ts';
import type { Decision } from '../../forwarder/verdict.ts';
import type { Ipv4 } from '../../packet/address.ts';
import type { NodeState } from '../node-state.ts';
import { AGENT_FOLDER } from '../agent-wire/paths.ts';
import type { FromForwarder, ToForwarder } from './forwarder-messages.ts';
import { Supervised } from './supervised.ts';
import { within } from './within.ts';

export interface ForwarderListener {
  decision(timeNs: string, decision: Decision): void;
  /** So many decisions were left out, because their reader was too slow. */
  decisionsLost(count: number): void;
  ended(message: string, restarted: boolean): void;
}

/** The forwarder's process on this node: told its configuration, told it again when it had to be started anew. */
export class ForwarderSupervisor {
  readonly #listener: ForwarderListener;
  #process: Supervised | undefined;
  /** Whether the process has a configuration, or gets one as soon as it runs. */
  #told = false;
  #config: ForwarderConfig | undefined;
  #devices: readonly string[] = [];
  #port: PortName = 'packet';
  #watched = true;
  /** It is silent towards directors that stand in for it. */
  #waits = false;
  #drop: readonly (readonly number[])[] = [];
  #ready: Promise<void> = Promise.resolve();
  #becomeReady: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  readonly #counted: ((counters: ForwarderCounters) => void)[] = [];
  readonly #listed: ((connections: readonly ConnectionView[]) => void)[] = [];

  constructor(listener: ForwarderListener) {
    this.#listener = listener;
  }

  /** Starts the process, which then waits for its configuration. */
  warmUp(port: PortName | undefined): void {
    this.#port = port ?? this.#port;
    if (!this.#process) this.#start();
  }

  /**
   * Starts it, changes it in place, or ends it. Resolves when the configuration is in force. A port that is left out is
   * the one there was; it is taken when the process starts.
   */
  async configure(
    config: ForwarderConfig | undefined,
    port: PortName | undefined,
    deviceOf: (segment: string) => string | undefined,
    droppedOn: (segment: string) => readonly number[],
    waits = false,
  ): Promise<void> {
    const segments = (config?.interfaces ?? []).map(({ segment }) => segment);
    const devices = segments.map((segment) => deviceOf(segment) ?? '');
    const drop = segments.map(droppedOn);
    const sameDevices = devices.join() === this.#devices.join();
    const changed = JSON.stringify([config, drop]) !== JSON.stringify([this.#config, this.#drop]);
    this.#config = config;
    this.#port = port ?? this.#port;
    this.#drop = drop;
    if (!config || (this.#told && !sameDevices)) await this.stop();
    this.#devices = devices;
    if (!config) return;
    if (!this.#told) {
      this.#told = true;
      this.#waits = waits;
      if (this.#process) this.#tell(this.#greeting(config));
      else this.#start();
    } else if (changed) {
      this.#tell({ type: 'reconfigure', config, drop });
      await this.#answered();
      return;
    }
    await within(this.#ready, 'the forwarder does not get ready');
  }

  /** It need not wait any more. Resolves when it does not. */
  async begin(): Promise<void> {
    if (!this.#waits) return;
    this.#waits = false;
    this.#tell({ type: 'begin' });
    await this.#answered();
  }

  /** Whether decisions are to be told; those that are not are counted. */
  watch(watched: boolean): void {
    if (watched === this.#watched) return;
    this.#watched = watched;
    this.#tell({ type: 'watch', decisions: watched });
  }

  /** Without addresses: all neighbours. */
  forget(addresses: readonly Ipv4[] = []): void {
    for (const address of addresses) this.#tell({ type: 'forget', address });
  }

  /** Its table and its counters; undefined where no forwarder runs. */
  async lookUp(): Promise<Required<Pick<NodeState, 'connections' | 'counters'>> | undefined> {
    if (!this.#told) return undefined;
    const [connections, counters] = await Promise.all([this.#connections(), this.#answered()]);
    return { connections, counters };
  }

  /** Whether others stand in for it, who are told when it stops. */
  get hasOthers(): boolean {
    return this.#config?.redundancy !== undefined;
  }

  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    this.#told = false;
    await process?.stop();
  }

  #tell(message: ToForwarder): void {
    if (this.#told) this.#process?.tell(message);
  }

  #greeting(config: ForwarderConfig): ToForwarder {
    return {
      type: 'configure',
      config,
      interfaces: this.#devices.map((name, index) => ({ name, drop: this.#drop[index] ?? [] })),
      port: this.#port,
      decisions: this.#watched,
      ...(this.#waits && { waits: true }),
    };
  }

  #start(): void {
    this.#ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#fail = reject;
    });
    this.#ready.catch(() => undefined);
    this.#process = new Supervised({
      program: process.execPath,
      args: [`${AGENT_FOLDER}/forwarder-process.cjs`, this.#port],
      greeting: () => (this.#told && this.#config ? [this.#greeting(this.#config)] : []),
      onMessage: (message) => this.#hear(message as FromForwarder),
      onEnd: (message, restarted) => {
        if (!restarted) this.#fail(new Error(`the forwarder ended: ${message}`));
        this.#listener.ended(message, restarted);
      },
    });
  }

  #hear(said: FromForwarder): void {
    switch (said.type) {
      case 'decision':
        this.#listener.decision(said.timeNs, said.decision);
        break;
      case 'ready':
        this.#becomeReady();
        break;
      case 'counters':
        for (const resolve of this.#counted.splice(0)) resolve(said.counters);
        break;
      case 'error':
        this.#fail(new Error(said.message));
        this.#listener.ended(said.message, true);
        break;
      case 'connections':
        for (const resolve of this.#listed.splice(0)) resolve(said.connections);
        break;
      case 'decisions-lost':
        this.#listener.decisionsLost(said.count);
        break;
    }
  }

  /** Messages are taken in order: when the counters come, what was said before is in force. */
  #answered(): Promise<ForwarderCounters> {
    const counted = new Promise<ForwarderCounters>((resolve) => this.#counted.push(resolve));
    this.#tell({ type: 'counters' });
    return within(counted, 'the forwarder does not answer');
  }

  #connections(): Promise<readonly ConnectionView[]> {
    const listed = new Promise<readonly ConnectionView[]>((resolve) => this.#listed.push(resolve));
    this.#tell({ type: 'connections' });
    return within(listed, 'the forwarder does not answer');
  }
}
