import type { ForwarderConfig, ServerConfig, ServiceConfig } from '../config.ts';
import type { CheckTiming } from './checker.ts';

/** How the servers of a service are checked. Plain data, as all of a forwarder's configuration. */
export interface CheckConfig extends CheckTiming {
  /** `http` asks and looks at the status, `tcp` opens a connection and closes it, `ping` sends an echo request. */
  readonly probe: 'http' | 'tcp' | 'ping';
  /** Of `http`: `GET /healthz`. */
  readonly request?: string;
  /** Of `http`: the status that counts; left out, each from 200 to 299. */
  readonly status?: number;
  /** `remove` takes the server out, `drain` leaves it in with weight 0 (keepalived: `inhibit_on_failure`). */
  readonly onFail: 'remove' | 'drain';
}

/** What is known of the servers of one service: no part of the configuration, and kept when that changes. */
export interface ServiceHealth {
  readonly service: string;
  /** Names of the servers that are down. */
  readonly down: readonly string[];
}

/** Whether fewer than the quorum are up, by their weights (keepalived: `quorum`); with none up it is so in any case. */
export function lacksQuorum(
  { servers, quorum = 1 }: Pick<ServiceConfig, 'servers' | 'quorum'>,
  down: readonly string[],
): boolean {
  const up = servers.filter(({ name }) => !down.includes(name)).reduce((sum, { weight }) => sum + weight, 0);
  return up === 0 || up < quorum;
}

/** The servers that get connections, as things stand: without a quorum the sorry server alone, where there is one. */
export function serversInHealth(
  service: Pick<ServiceConfig, 'servers' | 'quorum' | 'sorry' | 'check'>,
  down: readonly string[],
): readonly ServerConfig[] {
  const { servers, sorry, check } = service;
  if (check === undefined || (down.length === 0 && !sorry)) return servers;
  if (sorry && lacksQuorum(service, down)) return [sorry];
  if (check.onFail === 'remove') return servers.filter(({ name }) => !down.includes(name));
  return servers.map((server) => (down.includes(server.name) ? { ...server, weight: 0 } : server));
}

/** The configuration as a forwarder is to act on it. */
export function configInHealth(config: ForwarderConfig, health: readonly ServiceHealth[]): ForwarderConfig {
  if (config.services.every(({ check }) => check === undefined)) return config;
  return {
    ...config,
    services: config.services.map((service) => {
      const down = health.find((one) => one.service === service.name)?.down ?? [];
      return { ...service, servers: serversInHealth(service, down) };
    }),
  };
}
