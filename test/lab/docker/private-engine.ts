import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const PATIENCE_MS = 60_000;

/** Why no engine can be started here, or undefined. */
export function cannotStartEngine(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'an engine can be started only as root on Linux';
  for (const program of ['dockerd', 'docker', 'unshare', 'nsenter', 'iptables'])
    if (spawnSync('which', [program]).status !== 0) return `${program} is missing`;
  return undefined;
}

/**
 * A `dockerd` of a test's own, in a network namespace of its own: its firewall rules and bridges are nobody else's. It can
 * be ended and started again without asking anybody.
 */
export class PrivateEngine {
  readonly host: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'lb-lab-engine-'));
  #daemon: ChildProcess | undefined;

  constructor() {
    this.host = `unix://${this.#folder}/docker.sock`;
  }

  async start(): Promise<void> {
    const log = join(this.#folder, 'dockerd.log');
    const output = openSync(log, 'a');
    const args = [
      ...['--host', this.host, '--data-root', `${this.#folder}/data`, '--exec-root', `${this.#folder}/run`],
      ...['--pidfile', `${this.#folder}/dockerd.pid`],
    ];
    const daemon = spawn('unshare', ['--net', 'dockerd', ...args], { stdio: ['ignore', output, output] });
    this.#daemon = daemon;
    const until = Date.now() + PATIENCE_MS;
    while (this.#docker('version').status !== 0) {
      if (Date.now() > until || daemon.exitCode !== null)
        throw new Error(`dockerd did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
      await pause(250);
    }
  }

  /** The image of another engine. */
  load(from: string, image: string): Promise<void> {
    const save = spawn('docker', ['--host', from, 'save', image], { stdio: ['ignore', 'pipe', 'inherit'] });
    const load = spawn('docker', ['--host', this.host, 'load', '--quiet'], {
      stdio: [save.stdout, 'ignore', 'inherit'],
    });
    return new Promise((resolve, reject) => {
      load.once('close', (code) => (code === 0 ? resolve() : reject(new Error('docker load failed'))));
    });
  }

  /** Runs a program among the engine's bridges and firewall rules. */
  inside(...command: readonly string[]): void {
    const args = [`--net=/proc/${this.#daemon?.pid}/ns/net`, ...command];
    const { status, stderr, error } = spawnSync('nsenter', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command.join(' ')}: ${error?.message ?? stderr}`);
  }

  /** As an administrator's restart does it: its containers end with it. */
  async stop(): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const gone = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');
    const timer = setTimeout(() => daemon.kill('SIGKILL'), 40_000);
    await gone;
    clearTimeout(timer);
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }

  #docker(...args: readonly string[]) {
    return spawnSync('docker', ['--host', this.host, ...args], { stdio: 'ignore', timeout: 20_000 });
  }
}
