import { MessageReader } from '../traffic/message-reader.ts';
import { requestMessage } from '../traffic/messages.ts';
import { loadEnd } from '../traffic/load-end.ts';
import { percentile } from '../traffic/percentile.ts';
import type { LoadEntry } from '../traffic/traffic-schedule.ts';
import type { RequestEnd } from '../events.ts';
import type { Clock, Timer } from './clock.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { TcpConnection } from './tcp/connection.ts';

/** Every frame of a load is an event of its own and kept: what a load makes here is bounded, in requests and in bytes. */
const MOST_REQUESTS = 500;
const MOST_BYTES = 8e6;
/** What an application takes to notice and act. */
const THINKING = 50_000;
/** After a connection that failed. */
const PAUSE = 10e6;

/** A load as `wrk` makes it: each connection stays open and carries one request after the other. */
export class LoadClient {
  readonly #kernel: Kernel;
  readonly #clock: Clock;
  readonly #entry: LoadEntry;
  readonly #done: (end: RequestEnd) => void;
  readonly #startNs: number;
  readonly #most: number;
  readonly #latencies: number[] = [];
  readonly #workers = new Set<Worker>();
  readonly #end: Timer;
  #begun = 0;
  #errors = 0;
  #bytes = 0;

  constructor(kernel: Kernel, clock: Clock, entry: LoadEntry, done: (end: RequestEnd) => void) {
    this.#kernel = kernel;
    this.#clock = clock;
    this.#entry = entry;
    this.#done = done;
    this.#startNs = clock.now();
    const perRequest = Math.max(1, entry.responseBytes + entry.requestBytes);
    this.#most = Math.max(
      entry.load.connections,
      Math.min(MOST_REQUESTS, Math.floor(MOST_BYTES / perRequest)),
    );
    this.#end = clock.after(entry.load.durationNs, () => this.#finish());
  }

  /** Opens the connections. The result is told when the time is over, or the bound is reached. */
  start(): void {
    const { connections } = this.#entry.load;
    for (let index = 0; index < connections; index += 1) {
      const worker: Worker = {};
      this.#workers.add(worker);
      this.#connect(worker);
    }
  }

  #connect(worker: Worker): void {
    if (!this.#mayAsk(worker)) return;
    const { to: remote, port: remotePort, timeoutNs } = this.#entry;
    const local = this.#kernel.output.sourceFor(remote);
    if (local === undefined) {
      this.#failed(worker, undefined);
      return;
    }
    const reader = new MessageReader();
    let sentNs = 0;
    worker.connection = this.#kernel.tcp.connect({ local, remote, remotePort }, (opened) => {
      const ask = () => {
        if (worker.connection !== opened) return;
        if (!this.#mayAsk(worker)) {
          opened.close();
          return;
        }
        this.#begun += 1;
        sentNs = this.#clock.now();
        worker.timeout?.cancel();
        worker.timeout = this.#clock.after(timeoutNs, () => this.#failed(worker, opened));
        opened.send(...requestMessage(this.#entry));
      };
      return {
        established: () => void this.#clock.after(THINKING, ask),
        received: (bytes) => {
          if (worker.connection !== opened) return;
          this.#bytes += bytes.length;
          if (reader.read(bytes).length === 0) return;
          this.#latencies.push(this.#clock.now() - sentNs);
          worker.timeout?.cancel();
          this.#clock.after(THINKING, ask);
        },
        ended: () => this.#failed(worker, opened),
        closed: () => this.#failed(worker, opened),
      };
    });
    // No port is left, or nothing answers the SYN before the time is over.
    if (!worker.connection) this.#failed(worker, undefined);
    else worker.timeout = this.#clock.after(timeoutNs, () => this.#failed(worker, worker.connection));
  }

  /** Whether this worker may send one more; without it, the worker is through. */
  #mayAsk(worker: Worker): boolean {
    if (this.#begun + this.#errors < this.#most) return true;
    worker.timeout?.cancel();
    this.#workers.delete(worker);
    if (this.#workers.size === 0) this.#finish();
    return false;
  }

  #failed(worker: Worker, connection: TcpConnection | undefined): void {
    if (worker.connection !== connection || !this.#workers.has(worker)) return;
    delete worker.connection;
    worker.timeout?.cancel();
    connection?.close();
    this.#errors += 1;
    worker.timeout = this.#clock.after(PAUSE, () => this.#connect(worker));
  }

  #finish(): void {
    this.#end.cancel();
    const isLimited = this.#clock.now() < this.#startNs + this.#entry.load.durationNs;
    const workers = [...this.#workers];
    // Nothing fails from here on: what was under way is given up.
    this.#workers.clear();
    for (const { connection, timeout } of workers) {
      timeout?.cancel();
      connection?.close();
    }
    const load = {
      requests: this.#latencies.length,
      errors: this.#errors,
      durationNs: this.#clock.now() - this.#startNs,
      bytes: this.#bytes,
      p50Ns: percentile(this.#latencies, 0.5),
      p99Ns: percentile(this.#latencies, 0.99),
      limited: isLimited,
    };
    this.#done(loadEnd(load));
  }
}

/** One of the load's connections, and what waits for it. */
interface Worker {
  connection?: TcpConnection | undefined;
  timeout?: Timer | undefined;
}
