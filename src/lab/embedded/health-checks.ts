import type { ForwarderConfig } from '../../forwarder/config.ts';
import { portPools } from '../../forwarder/addresses.ts';
import type { ServiceHealth } from '../../forwarder/health/health.ts';
import { type Checked, type HealthChange, HealthWatch } from '../../forwarder/health/watch.ts';
import type { HealthEvent } from '../events.ts';
import type { Clock, Timer } from './clock.ts';
import type { Kernel } from './kernel/kernel.ts';
import { probe, type Probe } from './probe.ts';

const NS_PER_MS = 1e6;
/** Where probes are sent from: below the ports of clients, and none that the forwarder's own connections have. */
const FIRST_PORT = 30_000;
const LAST_PORT = 39_999;

export interface HealthCheckEvents {
  heed(health: readonly ServiceHealth[], nowMs: number): void;
  tell(event: Omit<HealthEvent, 'node'>): void;
  /** Acts now, or once the process is no longer paused. */
  whenRunning(act: () => void): void;
}

/** The health checker's process on a director. No run waits for it. */
export class HealthChecks {
  readonly #clock: Clock;
  readonly #kernel: Kernel;
  readonly #events: HealthCheckEvents;
  readonly #watch: HealthWatch;
  /** The latest of each server, by what is checked. */
  readonly #probes = new Map<string, Probe & { readonly sinceNs: number }>();
  #config: ForwarderConfig;
  #nextPort = FIRST_PORT;
  #timer: Timer | undefined;
  #halted = false;

  constructor(config: ForwarderConfig, clock: Clock, kernel: Kernel, events: HealthCheckEvents) {
    this.#config = config;
    this.#clock = clock;
    this.#kernel = kernel;
    this.#events = events;
    this.#watch = new HealthWatch({
      probe: (checked) => this.#probe(checked),
      abandon: (checked) => this.#probes.get(nameOf(checked))?.abandon(),
      heed: (health) => events.heed(health, this.#nowMs()),
      changed: (change, checked) => this.#changed(change, checked),
    });
    this.configure(config);
  }

  /** What is known of servers that stay is kept. */
  configure(config: ForwarderConfig): void {
    this.#config = config;
    this.#watch.configure(config, this.#nowMs());
    this.#arm();
  }

  /** The process is paused, or gone. */
  halt(): void {
    this.#halted = true;
    this.#timer?.cancel();
  }

  /** It goes on; what came due meanwhile is due now. */
  resume(): void {
    this.#halted = false;
    this.#arm();
  }

  #probe(checked: Checked): void {
    const way = {
      ...{ kernel: this.#kernel, clock: this.#clock },
      sourcePort: this.#port(),
      whenRunning: (act: () => void) => this.#events.whenRunning(act),
    };
    const sinceNs = this.#clock.now();
    const ended = probe(checked, way, (result) => {
      // Later, whatever ends at once: the step that began it is done by then.
      this.#clock.after(
        0,
        () => {
          if (this.#probes.get(nameOf(checked)) !== known) return;
          this.#watch.ended(checked, result, this.#nowMs());
          this.#arm();
        },
        'background',
      );
    });
    const known = { ...ended, sinceNs };
    this.#probes.set(nameOf(checked), known);
  }

  #changed(change: HealthChange, checked: Checked): void {
    const { sinceNs, sourcePort } = this.#probes.get(nameOf(checked))!;
    this.#events.tell({
      ...{ kind: 'health', timeNs: this.#clock.now(), ...change, probedNs: sinceNs },
      ...(sourcePort !== undefined && { sourcePort }),
      address: checked.server.address,
    });
  }

  #port(): number {
    const pools = portPools(this.#config).map(({ ports }) => ports);
    for (let tried = FIRST_PORT; tried <= LAST_PORT; tried++) {
      const port = this.#nextPort;
      this.#nextPort = port === LAST_PORT ? FIRST_PORT : port + 1;
      if (!pools.some(({ first, last }) => first <= port && port <= last)) return port;
    }
    // The pool has them all, and a probe has to be sent from somewhere.
    return this.#nextPort;
  }

  #nowMs(): number {
    return this.#clock.now() / NS_PER_MS;
  }

  #arm(): void {
    this.#timer?.cancel();
    if (this.#halted) return;
    const next = this.#watch.nextTimer();
    if (next === Infinity) return;
    const dueNs = Math.max(this.#clock.now(), Math.ceil(next * NS_PER_MS));
    this.#timer = this.#clock.after(dueNs - this.#clock.now(), () => this.#wake(), 'background');
  }

  #wake(): void {
    // A float's last bit must not ask for the same moment again, without end.
    this.#watch.advance(Math.max(this.#nowMs(), this.#watch.nextTimer()));
    this.#arm();
  }
}

function nameOf({ service, server }: Checked): string {
  return `${service} ${server.name}`;
}
