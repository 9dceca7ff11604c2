import { models } from '../../models/models.ts';
import type { ForwarderConfig, ServerConfig, ServiceConfig } from '../config.ts';
import {
  beginChecking,
  checkerDeadline,
  checkerStep,
  type CheckerInput,
  type CheckerState,
  type ProbeResult,
} from './checker.ts';
import { lacksQuorum, serversInHealth, type CheckConfig, type ServiceHealth } from './health.ts';

/** One server that is checked for one service. The same object as long as it is checked alike. */
export interface Checked {
  readonly service: string;
  /** What is probed; where the port is left alone, the service's own (as keepalived has it). */
  readonly server: ServerConfig;
  readonly check: CheckConfig;
}

/** A server went down, or came up again. */
export interface HealthChange {
  readonly service: string;
  readonly server: string;
  readonly isUp: boolean;
  /** How the probe ended that decided it. */
  readonly result: ProbeResult;
  /** How many failed in a row; absent when the server is up. */
  readonly failures?: number;
  /** It stays in the service, with weight 0. */
  readonly isDrained: boolean;
  /** Who gets new connections from now on. */
  readonly serving: readonly string[];
  /** The sorry server begins to serve alone, or stops. */
  readonly sorry?: { readonly server: string; readonly serves: boolean };
}

export interface WatchEvents {
  /** Begins a probe, whose end is to be told by `ended`. */
  probe(checked: Checked): void;
  /** Nobody waits for it any more. */
  abandon(checked: Checked): void;
  /** What the forwarder is to heed. Told before the change that led to it. */
  heed(health: readonly ServiceHealth[]): void;
  changed(change: HealthChange, checked: Checked): void;
}

interface Entry {
  readonly checked: Checked;
  state: CheckerState;
}

/** The health checks of a director: a checker for each server, and what follows from all of them. Times are milliseconds of one clock. */
export class HealthWatch {
  readonly #events: WatchEvents;
  #services: readonly ServiceConfig[] = [];
  #entries = new Map<string, Entry>();

  constructor(events: WatchEvents) {
    this.#events = events;
  }

  /** Other settings. A server that is still checked by the same probe is what it was; others are up, as at the start. */
  configure({ services }: Pick<ForwarderConfig, 'services'>, now: number): void {
    const before = this.#entries;
    this.#entries = new Map();
    this.#services = services;
    for (const { name, model, port, servers, check } of services) {
      if (!check) continue;
      servers.forEach((own, place) => {
        const server = models[model].translates ? own : { ...own, port };
        const checked = { service: name, server, check };
        const key = keyOf(checked);
        const known = before.get(key);
        // Spread evenly, where keepalived takes random times.
        const firstAt = now + (check.interval * place) / servers.length;
        this.#entries.set(key, { checked, state: known?.state ?? beginChecking(firstAt) });
        before.delete(key);
      });
    }
    for (const { checked, state } of before.values())
      if (state.is === 'probing') this.#events.abandon(checked);
    this.#events.heed(this.#health());
  }

  /** The probe of this server that was begun last has ended. */
  ended(checked: Checked, result: ProbeResult, now: number): void {
    const entry = this.#entries.get(keyOf(checked));
    if (entry) this.#give(entry, { on: 'result', result }, now);
  }

  /** Does what is due by now. */
  advance(now: number): void {
    for (const entry of [...this.#entries.values()])
      if (checkerDeadline(entry.checked.check, entry.state) <= now) this.#give(entry, { on: 'time' }, now);
  }

  /** When to call `advance` next; Infinity when there is nothing to wait for. */
  nextTimer(): number {
    let next = Infinity;
    for (const { checked, state } of this.#entries.values())
      next = Math.min(next, checkerDeadline(checked.check, state));
    return next;
  }

  #give(entry: Entry, input: CheckerInput, now: number): void {
    const before = this.#downOf(entry.checked.service);
    const { state, actions } = checkerStep(entry.checked.check, entry.state, input, now);
    entry.state = state;
    for (const action of actions) {
      if (action.do === 'probe') this.#events.probe(entry.checked);
      else if (action.do === 'abandon') this.#events.abandon(entry.checked);
      else {
        const isUp = action.do === 'up';
        this.#tell(
          entry,
          before,
          isUp ? { isUp, result: 'answered' } : { ...action, isUp, result: action.how },
        );
      }
    }
  }

  #tell(
    { checked }: Entry,
    before: readonly string[],
    { isUp, result, failures }: Pick<HealthChange, 'isUp' | 'result' | 'failures'>,
  ): void {
    const service = this.#services.find(({ name }) => name === checked.service)!;
    const down = this.#downOf(service.name);
    const { sorry } = service;
    const serves = lacksQuorum(service, down);
    this.#events.heed(this.#health());
    this.#events.changed(
      {
        ...{ service: service.name, server: checked.server.name, isUp, result },
        ...(failures !== undefined && { failures }),
        isDrained: !isUp && checked.check.onFail === 'drain',
        serving: serversInHealth(service, down)
          .filter(({ weight }) => weight > 0)
          .map(({ name }) => name),
        ...(sorry && serves !== lacksQuorum(service, before) && { sorry: { server: sorry.name, serves } }),
      },
      checked,
    );
  }

  #downOf(service: string): string[] {
    return [...this.#entries.values()]
      .filter(({ checked, state }) => checked.service === service && !state.isUp)
      .map(({ checked }) => checked.server.name);
  }

  #health(): ServiceHealth[] {
    return this.#services
      .filter(({ check }) => check)
      .map(({ name }) => ({ service: name, down: this.#downOf(name) }));
  }
}

/** What a server is known by. Another interval or weight makes no other server of it. */
function keyOf({ service, server, check: { probe, request, status } }: Checked): string {
  return JSON.stringify([service, server.address, server.port, probe, request, status]);
}
