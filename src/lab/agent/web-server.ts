import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SeenClient } from '../node-state.ts';
import { AccessLog } from './access-log.ts';
import { ACCESS_LOG, NGINX_FOLDER, nginxFiles } from './nginx-conf.ts';
import { Supervised } from './supervised.ts';

/** nginx of one node. It is told when its configuration changes, so that its ports are those of the plan. */
export class WebServer {
  readonly #onEnd: (message: string, restarted: boolean) => void;
  #process: Supervised | undefined;
  #configured = '';
  readonly #log = new AccessLog(ACCESS_LOG);

  constructor(onEnd: (message: string, restarted: boolean) => void) {
    this.#onEnd = onEnd;
  }

  /** Resolves when it answers at its ports. The same call again does nothing; another set of ports is taken in place. */
  async serve(name: string, ports: readonly number[], bodySizes: readonly number[]): Promise<void> {
    const wanted = JSON.stringify([name, ports, bodySizes]);
    if (wanted === this.#configured) return;
    this.#configured = wanted;
    if (ports.length === 0) {
      await this.stop();
      return;
    }
    for (const { path, content } of nginxFiles(name, ports, bodySizes)) {
      await mkdir(dirname(`${NGINX_FOLDER}/${path}`), { recursive: true });
      await writeFile(`${NGINX_FOLDER}/${path}`, content);
    }
    if (this.#process) this.#process.signal('SIGHUP');
    else this.#start();
    await listening(ports);
  }

  get seen(): SeenClient[] {
    return this.#log.read();
  }

  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.stop();
  }

  #start(): void {
    this.#process = new Supervised({
      program: 'nginx',
      args: ['-p', NGINX_FOLDER, '-c', 'nginx.conf', '-e', 'stderr'],
      stopSignal: 'SIGQUIT',
      onEnd: (message, restarted) => {
        if (!restarted) {
          this.#process = undefined;
          this.#configured = '';
        }
        this.#onEnd(message, restarted);
      },
    });
  }
}

const PATIENCE_MS = 10_000;

/** Waits until every port is bound, as the kernel lists it: asking by a connection would leave one in the log. */
async function listening(ports: readonly number[]): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const bound = await boundPorts();
    const missing = ports.filter((port) => !bound.has(port));
    if (missing.length === 0) return;
    if (Date.now() > until) throw new Error(`nginx does not listen on ${missing.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const LISTEN = '0A';

/** Local ports in state LISTEN of `/proc/net/tcp` (proc(5)). */
async function boundPorts(): Promise<Set<number>> {
  const lines = (await readFile('/proc/net/tcp', 'utf8')).trim().split('\n').slice(1);
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return new Set(
    fields
      .filter((field) => field[3] === LISTEN)
      .map((field) => Number.parseInt(field[1]!.split(':')[1]!, 16)),
  );
}
