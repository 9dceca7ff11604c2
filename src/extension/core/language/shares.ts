import type { ServiceConfig } from '../../../forwarder/config.ts';
import type { Plan } from '../../../lab/topology/plan.ts';

/** Schedulers that give a server twice the connections for twice the weight, over many clients. */
const byWeight: readonly ServiceConfig['scheduler'][] = ['wrr', 'wlc', 'sed', 'nq', 'sh', 'mh'];

/**
 * The share of new connections that a server is meant to get, 0 to 1. Undefined where the scheduler promises no share:
 * `dh` sends everything that is asked of one VIP to one server, and a fallback gives a drained server's part to whom it
 * falls. Without one `sh` keeps a part for a drained server, whose clients are refused.
 */
export function expectedShare(
  { scheduler, schedulerFlags, servers }: ServiceConfig,
  server: string,
): number | undefined {
  const isDrained = servers.some(({ weight }) => weight === 0);
  if (scheduler === 'dh' || (isDrained && schedulerFlags?.includes('fallback'))) return undefined;
  const turns = (weight: number) => (byWeight.includes(scheduler) ? weight : Math.min(weight, 1));
  const least = scheduler === 'sh' ? 1 : 0;
  const total = servers.reduce((sum, { weight }) => sum + Math.max(least, turns(weight)), 0);
  const own = servers.find(({ name }) => name === server);
  return own && total > 0 ? turns(own.weight) / total : undefined;
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
