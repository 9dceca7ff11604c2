import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type {
  InterfaceCounts,
  NetworkPortProblem,
  PortName,
} from '../../../src/forwarder/ports/network-port.ts';
import type { Heard, Order } from './port-process.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Why network namespaces cannot be had here; `undefined` when they can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root, for network namespaces of its own';
  for (const [program, version] of [
    ['ip', '-V'],
    ['ethtool', '--version'],
    ['cc', '--version'],
    ['nft', '--version'],
  ] as const)
    if (spawnSync(program, [version]).error) return `needs ${program}`;
  const name = `lb-lab-${process.pid}-try`;
  const { status, stderr } = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (status !== 0) return `no network namespace could be made: ${stderr.trim()}`;
  spawnSync('ip', ['netns', 'del', name]);
  return undefined;
}

export function must(program: string, args: readonly string[]): string {
  const { status, stderr, stdout, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/**
 * Two namespaces, `near` and `far`, joined by two veth pairs: p0 and p1 at the near end, q0 and q1 at the far end.
 * Nothing in them sends by itself.
 */
export class Network {
  readonly near = `lb-lab-${process.pid}-near`;
  readonly far = `lb-lab-${process.pid}-far`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'lb-lab-ports-'));
  readonly #children: ChildProcess[] = [];

  constructor() {
    must('cc', ['-O2', '-o', this.#peer, `${root}bench/forwarding-peer.c`]);
    for (const name of [this.near, this.far]) {
      must('ip', ['netns', 'add', name]);
      for (const which of ['all', 'default'])
        must('ip', this.#in(name, ['sysctl', '-qw', `net.ipv6.conf.${which}.disable_ipv6=1`]));
    }
    for (const i of [0, 1]) this.plug(i);
  }

  get #peer(): string {
    return join(this.#folder, 'peer');
  }

  plug(i: number): void {
    const { near, far } = this;
    must('ip', ['-n', near, 'link', 'add', `p${i}`, 'type', 'veth', 'peer', 'name', `q${i}`, 'netns', far]);
    for (const [name, device] of [
      [near, `p${i}`],
      [far, `q${i}`],
    ] as const) {
      // As on every interface of a lab. With them libpcap would expect frames of 64 kB and have room for few.
      const offloads = ['tx', 'tso', 'gso', 'gro'].flatMap((offload) => [offload, 'off']);
      this.run(name, 'ethtool', '-K', device, ...offloads);
      must('ip', ['-n', name, 'link', 'set', device, 'up', 'mtu', '1800']);
    }
  }

  unplug(i: number): void {
    must('ip', ['-n', this.near, 'link', 'del', 'dev', `p${i}`]);
  }

  ip(namespace: string, ...args: string[]): string {
    return must('ip', ['-n', namespace, ...args]);
  }

  run(namespace: string, ...command: string[]): string {
    return must('ip', this.#in(namespace, command));
  }

  spawn(namespace: string, ...command: string[]): ChildProcess {
    const child = spawn('ip', this.#in(namespace, command), { stdio: ['pipe', 'pipe', 'pipe'], cwd: root });
    this.#children.push(child);
    return child;
  }

  /** Sends frames out of a far interface. */
  async send(device: string, frames: readonly Uint8Array[]): Promise<void> {
    const child = this.spawn(this.far, this.#peer, 'send', device);
    const input = frames.flatMap((frame) => [Buffer.of(frame.length >> 8, frame.length & 0xff), frame]);
    child.stdin!.end(Buffer.concat(input));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`send: exit code ${String(code)}`);
  }

  /** What comes in by a far interface from now on, as hexadecimal text. */
  async listen(device: string): Promise<string[]> {
    const child = this.spawn(this.far, this.#peer, 'receive', device);
    const frames: string[] = [];
    let rest = Buffer.alloc(0);
    await new Promise<void>((resolve) => {
      child.stdout!.on('data', (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk]);
        while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
          const end = 2 + rest.readUInt16BE();
          if (end > 2) frames.push(rest.toString('hex', 2, end));
          rest = rest.subarray(end);
          resolve();
        }
      });
    });
    return frames;
  }

  async open(name: PortName, devices: readonly string[]): Promise<PortProcess> {
    const script = `${root}test/forwarder/ports/port-process.ts`;
    const child = this.spawn(this.near, process.execPath, '--import', 'tsx', script, name, ...devices);
    const port = new PortProcess(child);
    await until(() => port.ready || port.problems.length > 0 || port.ended !== undefined);
    return port;
  }

  /** Ends what was started since the last time. */
  async quiet(): Promise<void> {
    await Promise.all(
      this.#children.splice(0).map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => child.once('close', resolve));
        child.kill('SIGKILL');
        await gone;
      }),
    );
  }

  async close(): Promise<void> {
    await this.quiet();
    for (const name of [this.near, this.far]) spawnSync('ip', ['netns', 'del', name]);
    rmSync(this.#folder, { recursive: true });
  }

  #in(namespace: string, command: readonly string[]): string[] {
    return ['netns', 'exec', namespace, ...command];
  }
}

type Said = Partial<{
  ready: PortName;
  heard: Heard;
  problem: NetworkPortProblem;
  counts: InterfaceCounts[];
  reflecting: boolean;
  resources: Record<'before' | 'now', { sockets: number; rings: number; descriptors: number }>;
  closed: boolean;
}>;

export class PortProcess {
  ready = false;
  readonly heard: Heard[] = [];
  readonly problems: NetworkPortProblem[] = [];
  ended: string | undefined;
  readonly #child: ChildProcess;
  #answer: (said: Said) => void = () => undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    let errors = '';
    child.stderr!.on('data', (text) => (errors += String(text)));
    child.once('close', (code, signal) => (this.ended = `${String(signal ?? code)} ${errors}`));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const said = JSON.parse(line) as Said;
      if (said.ready) this.ready = true;
      else if (said.heard) this.heard.push(said.heard);
      else if (said.problem) this.problems.push(said.problem);
      else this.#answer(said);
    });
  }

  tell(order: Order): void {
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`);
  }

  ask(order: Order): Promise<Said> {
    const answer = new Promise<Said>((resolve) => (this.#answer = resolve));
    this.tell(order);
    return answer;
  }

  /** Ends its input: a closed port must then let the process end by itself. */
  end(): void {
    this.#child.stdin!.end();
  }
}

/** Resolves when the condition holds; after `patienceMs` it resolves all the same, and the assertion that follows tells. */
export async function until(condition: () => boolean, patienceMs = 10_000): Promise<void> {
  for (const end = Date.now() + patienceMs; !condition() && Date.now() < end;) await pause(10);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
