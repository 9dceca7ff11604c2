import type { ServiceConfig } from '../../../forwarder/config.ts';
import { schedulers } from '../../../forwarder/schedulers/registry.ts';
import type { Plan } from '../../../lab/topology/plan.ts';

/** The share of new connections that a server is meant to get, 0 to 1; undefined where the scheduler promises none. */
export function expectedShare(
  { scheduler, schedulerFlags, servers }: ServiceConfig,
  server: string,
): number | undefined {
  const weights = servers.map(({ weight }) => weight);
  const place = servers.findIndex(({ name }) => name === server);
  return schedulers[scheduler].shares(weights, schedulerFlags ?? [])?.[place];
}

/** The services of a plan as their forwarders carry them, in the order of the file. */
export function serviceConfigs(plan: Plan | undefined): ServiceConfig[] {
  const all = (plan?.nodes ?? []).flatMap(({ forwarder }) => forwarder?.services ?? []);
  const order = (plan?.services ?? []).map(({ name }) => name);
  return all.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** `67 %`, with the narrow space that both languages put there. */
export function percent(share: number): string {
  return `${Math.round(share * 100)}\u202F%`;
}
