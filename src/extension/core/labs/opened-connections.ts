import type { DecisionEvent } from '../../../lab/events.ts';

/** How many connections each server of each service has been given. */
export class OpenedConnections {
  readonly #services = new Map<string, Map<string, number>>();

  add({ relation, rule, service, server }: DecisionEvent): void {
    // A frame that waits for a neighbour is decided upon twice.
    if (rule !== 'schedule' || relation !== 'forwarded' || service === undefined || server === undefined)
      return;
    const servers = this.#services.get(service) ?? new Map<string, number>();
    servers.set(server, (servers.get(server) ?? 0) + 1);
    this.#services.set(service, servers);
  }

  count(service: string, server: string): number {
    return this.#services.get(service)?.get(server) ?? 0;
  }

  /** 0 to 1; undefined before the service's first connection. */
  share(service: string, server: string): number | undefined {
    const servers = this.#services.get(service);
    if (!servers) return undefined;
    const all = [...servers.values()].reduce((sum, count) => sum + count, 0);
    return (servers.get(server) ?? 0) / all;
  }
}
