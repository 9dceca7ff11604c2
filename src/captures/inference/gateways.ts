import type { Mac } from '../../packet/address.ts';
import type { Crossing, Trail } from './crossings.ts';
import { remark, type Machine } from './machine.ts';
import type { Station } from './stations.ts';

/**
 * Gives machines the gateway that they were seen to send to, or a director the one that it was sent to from; where nobody saw
 * it, a router beside them, with a remark.
 * @param machines By the node number of their stations.
 * @param links Of all requests.
 */
export function chooseGateways(
  machines: ReadonlyMap<number, Machine>,
  far: readonly Machine[],
  stations: ReadonlyMap<Mac, Station>,
  trails: readonly Trail[],
  links: readonly Crossing[],
): void {
  const starts = new Map<Mac, Mac>();
  for (const [first] of trails) if (first && !first.outer) starts.set(first.from, first.to);
  for (const [node, machine] of machines) {
    if (machine.role === 'router' || machine.gateway !== undefined) continue;
    const own = [...stations.values()].filter((one) => one.node === node).map(({ mac }) => mac);
    const next =
      machine.role === 'director'
        ? links.find(({ to, outer }) => own.includes(to) && !outer)?.from
        : own.map((mac) => starts.get(mac)).find((mac) => mac !== undefined);
    const gateway = next === undefined ? undefined : machines.get(stations.get(next)?.node ?? -1);
    const serves = gateway && gateway !== machine && ['router', 'director'].includes(gateway.role);
    if (serves && machine.at.some(({ segment }) => gateway.at.some((one) => one.segment === segment)))
      machine.gateway = gateway.name;
  }
  const routers = [...machines.values()].filter(({ role }) => role === 'router');
  for (const machine of [...machines.values(), ...far]) {
    if (machine.role === 'router' || machine.gateway !== undefined) continue;
    const segments = new Set(machine.at.map(({ segment }) => segment));
    const beside = routers.find((router) => router.at.some(({ segment }) => segments.has(segment)));
    if (!beside) continue;
    machine.gateway = beside.name;
    machine.remarks.push(remark('gateway-unknown', { gateway: beside.name }));
  }
}
