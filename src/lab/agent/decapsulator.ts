import { formatIpv4 } from '../../packet/address.ts';
import type { PlannedNode } from '../topology/plan.ts';
import { AGENT_FOLDER } from '../agent-wire/paths.ts';
import type { FromDecapsulator, ToDecapsulator } from './decapsulator-messages.ts';
import { droppedProtocols } from './dropped.ts';
import { must, run } from './run.ts';
import { Supervised } from './supervised.ts';
import { within } from './within.ts';

/** Where unwrapped packets reach the kernel: its own `ipip` device, or one end of a veth pair. */
const OUTER = 'lbtun0';
/** The other end, which unwrapped packets are put into. */
const INNER = 'lbtun1';

/**
 * What takes the wrapper off in a `tun` server: the kernel's `ipip` where there is one, else (and always where GUE is
 * among the tunnels) a process of ours that puts the inner packet into one end of a veth pair.
 */
export class Decapsulator {
  readonly #onEnd: (message: string, restarted: boolean) => void;
  #state: 'off' | 'kernel' | 'process' = 'off';
  #process: Supervised | undefined;
  #told: ToDecapsulator | undefined;
  #ready: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(onEnd: (message: string, restarted: boolean) => void) {
    this.#onEnd = onEnd;
  }

  /** Whether it is a process of ours: the kernel must then be kept from answering what it takes. */
  async configure(node: PlannedNode, deviceOf: (segment: string) => string | undefined): Promise<boolean> {
    if (!node.decapsulate) {
      await this.stop();
      return false;
    }
    const isOurs = (node.guePorts ?? []).length > 0;
    if (isOurs && this.#state === 'kernel') await this.stop();
    if (this.#state === 'off') this.#state = !isOurs && (await startKernel(node)) ? 'kernel' : 'process';
    if (this.#state === 'process') await this.#run(node, deviceOf);
    return this.#state === 'process';
  }

  async stop(): Promise<void> {
    if (this.#state === 'off') return;
    this.#state = 'off';
    this.#told = undefined;
    await this.#process?.stop();
    this.#process = undefined;
    await run('ip', ['link', 'del', 'dev', OUTER]);
  }

  async #run(
    { interfaces, guePorts }: PlannedNode,
    deviceOf: (segment: string) => string | undefined,
  ): Promise<void> {
    const up = interfaces.filter(({ down }) => !down);
    const told: ToDecapsulator = {
      type: 'configure',
      addresses: interfaces.map(({ address }) => address),
      interfaces: up.flatMap((planned) => {
        const name = deviceOf(planned.segment);
        return name === undefined ? [] : [{ name, drop: droppedProtocols(planned) }];
      }),
      ...(guePorts && { guePorts }),
      inner: INNER,
      outer: OUTER,
    };
    if (JSON.stringify(told) === JSON.stringify(this.#told)) return;
    this.#told = told;
    const ready = new Promise<void>((resolve, reject) => {
      this.#ready = resolve;
      this.#fail = reject;
    });
    ready.catch(() => undefined);
    if (this.#process) this.#process.tell(told);
    else await this.#start();
    await within(ready, 'the decapsulator does not get ready');
  }

  async #start(): Promise<void> {
    await must('ip', ['link', 'add', 'name', OUTER, 'type', 'veth', 'peer', 'name', INNER]);
    for (const device of [OUTER, INNER]) {
      await must('ethtool', ['-K', device, 'tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off']);
      await must('ip', ['link', 'set', 'dev', device, 'mtu', '9216', 'up']);
    }
    this.#process = new Supervised({
      program: process.execPath,
      args: [`${AGENT_FOLDER}/decapsulator-process.cjs`],
      greeting: () => (this.#told ? [this.#told] : []),
      onMessage: (message) => {
        const said = message as FromDecapsulator;
        if (said.type === 'ready') this.#ready();
        else this.#fail(new Error(said.message));
      },
      onEnd: (message, restarted) => {
        if (!restarted) this.#fail(new Error(`the decapsulator ended: ${message}`));
        this.#onEnd(message, restarted);
      },
    });
  }
}

async function startKernel({ interfaces: [first] }: PlannedNode): Promise<boolean> {
  if (!first) return false;
  const ends = ['local', formatIpv4(first.address), 'remote', 'any'];
  const { exitCode } = await run('ip', ['link', 'add', 'name', OUTER, 'type', 'ipip', ...ends]);
  if (exitCode !== 0) return false;
  await must('ip', ['link', 'set', 'dev', OUTER, 'up']);
  return true;
}
