import type { ForwarderConfig } from '../../../forwarder/config.ts';
import type { Decision } from '../../../forwarder/verdict.ts';
import { AGENT_FOLDER } from '../paths.ts';
import type { FromForwarder, ToForwarder } from './forwarder-messages.ts';
import { Supervised } from './supervised.ts';
import { within } from './within.ts';

/** The forwarder's process on this node: told its configuration, told it again when it had to be started anew. */
export class ForwarderSupervisor {
  readonly #onDecision: (timeNs: string, decision: Decision) => void;
  readonly #onLost: (decisions: number) => void;
  readonly #onEnd: (message: string, restarted: boolean) => void;
  #process: Supervised | undefined;
  #config: ForwarderConfig | undefined;
  #devices: readonly string[] = [];
  #watched = true;
  #drop: readonly (readonly number[])[] = [];
  #ready: Promise<void> = Promise.resolve();
  #becomeReady: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  readonly #counted: (() => void)[] = [];

  constructor(
    onDecision: (timeNs: string, decision: Decision) => void,
    onLost: (decisions: number) => void,
    onEnd: (message: string, restarted: boolean) => void,
  ) {
    this.#onDecision = onDecision;
    this.#onLost = onLost;
    this.#onEnd = onEnd;
  }

  /** Starts it, changes it in place, or ends it. Resolves when the configuration is in force. */
  async configure(
    config: ForwarderConfig | undefined,
    deviceOf: (segment: string) => string | undefined,
    droppedOn: (segment: string) => readonly number[],
  ): Promise<void> {
    const segments = (config?.interfaces ?? []).map(({ segment }) => segment);
    const devices = segments.map((segment) => deviceOf(segment) ?? '');
    const drop = segments.map(droppedOn);
    const sameDevices = devices.join() === this.#devices.join();
    const changed = JSON.stringify([config, drop]) !== JSON.stringify([this.#config, this.#drop]);
    this.#config = config;
    this.#drop = drop;
    if (!config || !sameDevices) await this.stop();
    this.#devices = devices;
    if (!config) return;
    if (!this.#process) this.#start();
    else if (changed) {
      this.#tell({ type: 'reconfigure', config, drop });
      await this.#answered();
      return;
    }
    await within(this.#ready, 'the forwarder does not get ready');
  }

  /** Whether decisions are to be told; those that are not are counted. */
  watch(watched: boolean): void {
    if (watched === this.#watched) return;
    this.#watched = watched;
    this.#tell({ type: 'watch', decisions: watched });
  }

  /** Without addresses: all neighbours. */
  forget(addresses: readonly number[] = []): void {
    for (const address of addresses) this.#tell({ type: 'forget', address });
  }

  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.stop();
  }

  #tell(message: ToForwarder): void {
    this.#process?.tell(message);
  }

  #start(): void {
    this.#ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.#fail = reject;
    });
    this.#ready.catch(() => undefined);
    this.#process = new Supervised({
      program: process.execPath,
      args: [`${AGENT_FOLDER}/forwarder-process.cjs`],
      greeting: () => [
        {
          type: 'configure',
          config: this.#config,
          interfaces: this.#devices.map((name, index) => ({ name, drop: this.#drop[index] ?? [] })),
          port: 'packet',
          decisions: this.#watched,
        },
      ],
      onMessage: (message) => this.#hear(message as FromForwarder),
      onEnd: (message, restarted) => {
        if (!restarted) this.#fail(new Error(`the forwarder ended: ${message}`));
        this.#onEnd(message, restarted);
      },
    });
  }

  #hear(said: FromForwarder): void {
    switch (said.type) {
      case 'decision':
        this.#onDecision(said.timeNs, said.decision);
        break;
      case 'ready':
        this.#becomeReady();
        break;
      case 'counters':
        for (const resolve of this.#counted.splice(0)) resolve();
        break;
      case 'error':
        this.#fail(new Error(said.message));
        this.#onEnd(said.message, true);
        break;
      case 'decisions-lost':
        this.#onLost(said.count);
        break;
      case 'connections':
        break;
    }
  }

  /** Messages are taken in order: when the counters come, what was said before is in force. */
  #answered(): Promise<void> {
    const counted = new Promise<void>((resolve) => this.#counted.push(resolve));
    this.#tell({ type: 'counters' });
    return within(counted, 'the forwarder does not answer');
  }
}
