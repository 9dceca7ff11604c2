import { models } from '../../models/models.ts';
import { formatIpv4 } from '../../packet/address.ts';
import { shownBy, type Diagnose } from './diagnosis.ts';
import { servicePath } from './finding.ts';
import { downOf } from './link.ts';
import { badPacket } from './packet.ts';
import { askingPath, downWay, servicesOn } from './settings.ts';

/** The node knows no way there: it has no gateway, or the interface that leads there is down. */
export const noWay: Diagnose = (symptom, { stage: { network } }) => {
  const { node: name, destination, reason } = symptom;
  const node = network.node(name);
  if (node === undefined || destination === undefined) return undefined;
  const down = downWay(node, destination);
  if (down) return downOf(node, down, symptom);
  const asking = new Set(network.plan.traffic.map(({ from }) => askingPath(network, from, destination)));
  const asked = [...asking].flatMap((path) => (path === undefined ? [] : `${path}.to`));
  const gateway = `nodes.${name}.gateway`;
  const vips = network.plan.services
    .filter(({ vip }) => vip === destination)
    .map((service) => `${servicePath(service.name)}.vip`);
  // A router that a client's own request is too much for is rarely the one to be changed; a VIP that it knows no way to is.
  const first = node.role === 'router' ? [...vips, ...asked, gateway] : [gateway, ...asked, ...vips];
  return {
    code: 'no-route',
    place: name,
    ...shownBy(symptom),
    params: { node: name, address: formatIpv4(destination), reason },
    setting: first[0],
    others: [
      ...first.slice(1),
      ...servicesOn(network, name)
        .filter(({ model, snat }) => models[model].translates && !snat)
        .map((service) => `${servicePath(service.name)}.snat`),
    ],
  };
};

/** A packet that claims to come from the node's own address, on its way to somebody else: as above. */
export const notFromHere: Diagnose = (symptom, evidence) => {
  const { network } = evidence.stage;
  const { destination } = symptom;
  const node = network.node(symptom.node);
  const isForIt = node && destination !== undefined && network.isLocal(node, destination);
  return isForIt ? badPacket(symptom, evidence) : noForwarding(symptom, evidence);
};

/** It was sent to a node that is not its address and passes nothing on: who sent it there takes it for a gateway. */
export const noForwarding: Diagnose = ({ node: name, destination, reason, flow, hop }, { stage }) => {
  const { network } = stage;
  const node = network.node(name);
  if (node === undefined || destination === undefined || hop === undefined) return undefined;
  // A server that lacks its VIP is told so by another rule.
  const service = network.plan.services.find(({ vip }) => vip === destination);
  if (reason === 'vip-not-local' && service?.servers.some((server) => server.name === name)) return undefined;
  const sender = `nodes.${hop.from}.gateway`;
  const isNat = node.forwarder?.nat !== undefined;
  // Between segments, and no director: it is meant to pass on.
  const isOwn = isNat || (node.role !== 'director' && node.interfaces.length > 1);
  const own = `nodes.${name}.${isNat ? 'nat' : 'role'}`;
  return {
    code: 'no-forwarding',
    place: isOwn ? name : `${name} ${hop.from}`,
    flow,
    hops: [hop],
    params: { node: name, from: hop.from, address: formatIpv4(destination), role: node.role },
    ...(isNat && { wording: 'explanation.no-forwarding-nat' }),
    setting: isOwn ? own : sender,
    // That a director is none of the routers is no mistake.
    others: isOwn ? [sender] : node.role === 'director' ? [] : [own],
  };
};
