import type {
  PlannedInterface,
  PlannedNode,
  PlannedTraffic,
  PlannedService,
} from '../../lab/topology/plan.ts';
import { inSubnet, type Ipv4 } from '../../packet/address.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { PlanIndex } from '../records/plan-index.ts';

/** The entry of the file's traffic that a flow is of, as a path; `undefined` for what was sent by hand. */
export function trafficPath(network: PlanIndex, flow: FlowRecord): string | undefined {
  const { client, service, serviceAddress } = flow;
  return pathOf(
    network.plan.traffic.find(
      ({ from, to, port }) =>
        from === client.node &&
        to === serviceAddress &&
        (service.port === undefined || flow.kind === 'icmp' || port === service.port),
    ),
  );
}

/** The entry by which a node asks for an address, as a path. */
export function askingPath({ plan }: PlanIndex, node: string, address: Ipv4): string | undefined {
  return pathOf(plan.traffic.find(({ from, to }) => from === node && to === address));
}

function pathOf(entry: PlannedTraffic | undefined): string | undefined {
  return entry?.written === undefined ? undefined : `traffic.${entry.written}`;
}

/** An interface of the node that is down and would lead to `address`, by its own subnet or by a route. */
export function downWay(node: PlannedNode, address: Ipv4): PlannedInterface | undefined {
  const vias = node.routes
    .filter(({ network, prefixLength }) => inSubnet(address, network, prefixLength))
    .map(({ via }) => via);
  return node.interfaces.find(
    (port) => port.down && [address, ...vias].some((one) => inSubnet(one, port.address, port.prefixLength)),
  );
}

/** The setting by which `nextHop` is this node's next hop; `undefined` when it is on the way by itself. */
export function routeSetting(node: PlannedNode, nextHop: Ipv4): string | undefined {
  const route = node.routes.find(({ via }) => via === nextHop);
  if (route === undefined) return undefined;
  return route.prefixLength === 0 ? `nodes.${node.name}.gateway` : `nodes.${node.name}.routes`;
}

/** The services that have this node as a server. */
export function servicesOn({ plan }: PlanIndex, node: string): PlannedService[] {
  return plan.services.filter(({ servers }) => servers.some(({ name }) => name === node));
}
