import { models } from '../../models/models.ts';
import type { PlannedNode } from '../../lab/topology/plan.ts';
import type { Ipv4, Mac } from '../../packet/address.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { PlanIndex } from '../records/plan-index.ts';
import type { Prediction } from './prediction.ts';
import { serviceOf } from '../records/signature.ts';

/** How a server's reply must leave: by its routes, past the director (dr, tun), or through it (dnat without snat). */
type ReplyPath = 'routed' | 'around' | 'through';

/** The MACs of a frame that `node` sends towards `target`, with the path that its model wants for replies. */
export function setMacs(prediction: Prediction, hop: HopRecord, node: PlannedNode, target: Ipv4): void {
  const { network } = hop.stage;
  const way = network.route(node, target);
  prediction.etherSource = way?.port.mac;
  prediction.etherDestination = way && network.macOf(way.nextHop, way.port.segment, hop.to);
  const path = replyPath(hop);
  if (way === undefined || path === 'routed') return;
  // A server whose gateway is set up against the model is still judged by the model.
  if (path === 'through') {
    const { director: preferred, directors } = serviceOf(hop.journey!.flow!, hop)!;
    const director = network.station(directors?.includes(hop.to) ? hop.to : preferred, way.port.segment);
    if (director) prediction.etherDestination = director.port.mac;
  } else if (isDirectors(network, prediction.etherDestination)) {
    prediction.etherDestination = routerOn(network, way.port.segment);
  }
}

function replyPath(hop: HopRecord): ReplyPath {
  const { direction, flow } = hop.journey!;
  if (direction === 'request') return 'routed';
  const service = serviceOf(flow!, hop);
  if (!service?.servers.some(({ name }) => name === hop.from)) return 'routed';
  if (!models[service.model].translates) return 'around';
  return service.snat ? 'routed' : 'through';
}

function isDirectors(network: PlanIndex, mac: Mac | undefined): boolean {
  const owner = mac === undefined ? undefined : network.stationOfMac(mac);
  return owner !== undefined && network.isDirector(owner.node.name);
}

function routerOn(network: PlanIndex, segment: string): Mac | undefined {
  for (const node of network.plan.nodes) {
    if (node.role !== 'router' || node.forwarder) continue;
    const station = network.station(node.name, segment);
    if (station) return station.port.mac;
  }
  return undefined;
}
