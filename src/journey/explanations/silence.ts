import type { PlannedNode } from '../../lab/topology/plan.ts';
import { formatIpv4, type Ipv4 } from '../../packet/address.ts';
import type { Station } from '../records/plan-index.ts';
import { shownBy, type Cause, type Diagnose } from './diagnosis.ts';
import { servicePath, type Failures } from './finding.ts';
import { delayOf, downOf, lossOf } from './link.ts';
import { askingPath, routeSetting } from './settings.ts';
import type { Symptom } from './symptoms.ts';

/** Beyond this an answer comes after the question was given up (three times a second, see `neighbours.ts`). */
const PATIENCE_NS = 1e9;

interface Question extends Symptom {
  readonly asker: Station;
  readonly address: Ipv4;
}

/** Nobody answered ARP for a next hop: who should have, and why that was not to be. */
export const nobodyAnswered: Diagnose = (symptom, evidence) => {
  const question = questionOf(symptom, evidence);
  return question && (ofOwner(question, evidence) ?? ofNobody(question, evidence));
};

function questionOf(symptom: Symptom, { stage: { network } }: Failures): Question | undefined {
  const node = network.node(symptom.node);
  if (node === undefined) return undefined;
  if (symptom.nextHop !== undefined) {
    const asker = network.station(symptom.node, symptom.segment ?? '');
    return asker && { ...symptom, asker, address: symptom.nextHop };
  }
  const way = symptom.destination === undefined ? undefined : network.route(node, symptom.destination);
  return way && { ...symptom, asker: way, address: way.nextHop };
}

/** Somebody has the address: it does not run, its interface is down, or frames are lost or late between the two. */
function ofOwner(question: Question, evidence: Failures): Cause | undefined {
  const { network } = evidence.stage;
  const { asker, address, hop, flow } = question;
  if (asker.port.down) return downOf(asker.node, asker.port, question);
  const owner = ownerOf(question, evidence);
  if (owner === undefined) return undefined;
  const { node } = owner;
  const next = evidence.later?.station(node.name, owner.port.segment)?.port;
  const port = next?.down ? next : owner.port;
  // Of a director that is down there is more to be said.
  const isDirector = network.isDirector(node.name);
  if (port.down) return isDirector ? undefined : downOf(node, port, question);
  const lost = [asker, owner].find((one) => wasLost(one, asker.port.segment, address, evidence));
  if (lost) return lossOf(lost.node, lost.port, question);
  const slow = [asker, owner].find((one) => one.port.delayNs >= PATIENCE_NS);
  if (slow) return delayOf(slow.node, slow.port, question);
  if (!isDirector && hop && !evidence.states.isUp(node.name, hop.timeNs))
    return { code: 'node-down', place: node.name, flow, hops: [hop], params: { node: node.name } };
  return isDirector ? undefined : unknownSilence(question);
}

/** It is there, and should have answered; that is all that is known. */
function unknownSilence(question: Question): Cause {
  const { asker, address, reason } = question;
  const params = { node: asker.node.name, address: formatIpv4(address), reason };
  return { code: 'no-route', place: `${asker.node.name} ${address}`, ...shownBy(question), params };
}

function ownerOf({ asker, address }: Question, { stage: { network } }: Failures): Station | undefined {
  const { segment } = asker.port;
  const mac = network.macOf(address, segment);
  return mac === undefined ? undefined : network.stationOfMac(mac);
}

/** A frame about the address, lost on its way out of this interface. */
function wasLost({ node }: Station, segment: string, address: Ipv4, { journeys }: Failures): boolean {
  return journeys.some(
    ({ first: { facts, from, segment: where, arrival } }) =>
      facts.kind === 'arp' &&
      from === node.name &&
      where === segment &&
      arrival?.reason === 'link-loss' &&
      (facts.source === address || facts.destination === address),
  );
}

function ofNobody(question: Question, evidence: Failures): Cause | undefined {
  const { asker, address } = question;
  const { network } = evidence.stage;
  if (ownerOf(question, evidence)) return undefined;
  const { node, port } = asker;
  const about = { place: `${node.name} ${address}`, ...shownBy(question) };
  const params = { node: node.name, address: formatIpv4(address), segment: port.segment };
  const gateway = routeSetting(node, address);
  if (gateway !== undefined) return { code: 'gateway-silent', ...about, params, setting: gateway };
  const service = network.plan.services.find(({ vip }) => vip === address);
  if (service)
    return {
      code: 'vip-off-link',
      ...about,
      place: service.name,
      params: { ...params, vip: params.address, director: service.director },
      setting: `${servicePath(service.name)}.vip`,
    };
  const asked = askedFor(node, address, evidence);
  return { code: 'nobody-there', ...about, params, setting: asked && `${asked}.to` };
}

/** The entry of the traffic that is after this address, from wherever. */
function askedFor(node: PlannedNode, address: Ipv4, { stage: { network } }: Failures): string | undefined {
  const froms = [node.name, ...network.plan.traffic.map(({ from }) => from)];
  for (const from of froms) {
    const path = askingPath(network, from, address);
    if (path) return path;
  }
  return undefined;
}
