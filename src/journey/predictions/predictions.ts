import type { PlannedNode, PlannedService } from '../../lab/topology/plan.ts';
import { models, tunnelOf } from '../../models/models.ts';
import { dontFragmentOf, trafficClassOf, ttlOf } from '../../packet/ipv4.ts';
import { choiceAt } from './choice.ts';
import { clamped } from '../joins/clamped-mss.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import { isToEveryone } from '../records/to-everyone.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import { setMacs } from './next-macs.ts';
import { Prediction } from './prediction.ts';
import { outsideOf, requestTupleAt, requestTupleOf } from './request-tuple.ts';
import { serviceOf } from '../records/signature.ts';

/** Of every host of a lab. Those of a capture have any system, and so what is seen first is where it counts from. */
const FIRST_TTL = 64;

/**
 * The headers of each hop as the model has them; `undefined` for hops it says nothing about. This is the truth table
 * written a second time, on purpose: it shares no code with the forwarder it judges.
 */
export function predict({ hops }: JourneyRecord): (Prediction | undefined)[] {
  const predictions: (Prediction | undefined)[] = [];
  for (const hop of hops) {
    if (hop.previous === undefined) predictions.push(firstHop(hop));
    // Over a gap in a capture nobody knows what each node made of it.
    else if (hop.overGap) predictions.push(undefined);
    else {
      const before = predictions[hops.indexOf(hop.previous)];
      predictions.push(before && nextHop(before, hop));
    }
  }
  return predictions;
}

function firstHop(hop: HopRecord): Prediction | undefined {
  const { facts } = hop;
  if (facts.kind === 'arp') return arpReply(hop);
  const node = hop.stage.network.node(hop.from);
  if (facts.ipAt === 0 || facts.outerAt !== 0 || node === undefined) return undefined;
  const { direction, flow } = hop.journey!;
  // A broadcast, of DHCP for one, is for everybody and of nobody's model.
  if (isToEveryone(facts.etherDestination)) return undefined;
  const prediction = new Prediction(facts);
  setFirstTuple(prediction, hop, flow!);
  setMacs(prediction, hop, node, prediction.destination ?? facts.destination);
  // What the director says itself goes back the way the frame came, whatever its routes are.
  if (node.forwarder) prediction.etherDestination = undefined;
  // An outside server is somebody else's machine: its TTL is its own.
  if (hop.stage.network.isHost(node.name) && !(direction === 'reply' && hop.stage.network.nats.length > 0))
    prediction.ttl = hop.stage.isCapture ? ttlOf(facts.bytes, facts.ipAt) : FIRST_TTL;
  return prediction;
}

/** Addresses and ports at the sender: for a server's reply those of its connection, otherwise as they are. */
function setFirstTuple(prediction: Prediction, hop: HopRecord, flow: FlowRecord): void {
  const { facts, from, journey } = hop;
  prediction.setTuple(facts.source, facts.sourcePort, facts.destination, facts.destinationPort);
  if (journey!.direction === 'request' || facts.kind !== flow.kind) return;
  const service = serviceOf(flow, journey!.first);
  if (!service?.servers.some(({ name }) => name === from)) return;
  const asked = requestTupleOf(flow, hop, from);
  prediction.setTuple(asked.destination, asked.destinationPort, asked.source, asked.sourcePort);
}

function nextHop(before: Prediction, hop: HopRecord): Prediction | undefined {
  const node = hop.stage.network.node(hop.from);
  // Who rewrites may take fragments together, and cut anew.
  const isPiece = hop.facts.fragment || before.base.fragment;
  if (node === undefined || (isPiece && node.forwarder)) return undefined;
  const prediction = before.copy();
  if (node.forwarder) return throughForwarder(prediction, hop, node) ? prediction : undefined;
  const { outer } = prediction;
  setMacs(prediction, hop, node, outer?.destination ?? prediction.destination ?? hop.facts.destination);
  if (outer) prediction.outer = { ...outer, ttl: outer.ttl - 1 };
  else if (prediction.ttl !== undefined) prediction.ttl--;
  return prediction;
}

/** What a director or NAT router makes of a packet; `false` when the model says nothing about it. */
function throughForwarder(prediction: Prediction, hop: HopRecord, node: PlannedNode): boolean {
  const { direction, flow } = hop.journey!;
  // ICMP errors are translated by the packet they quote, which has rules of its own.
  if (prediction.base.quoted || hop.facts.kind === 'ip') return false;
  if (node.forwarder!.decrementTtl && prediction.ttl !== undefined) prediction.ttl--;
  if (direction === 'reply') return back(prediction, hop, node);
  if (node.forwarder!.nat) return natted(prediction, hop, node);
  const service = serviceOf(flow!, hop);
  return service !== undefined && balanced(prediction, hop, service, node);
}

function balanced(
  prediction: Prediction,
  hop: HopRecord,
  service: PlannedService,
  node: PlannedNode,
): boolean {
  const choice = choiceAt(hop.journey!.flow!, node.name);
  const server = service.servers.find(({ name }) => name === choice?.server);
  if (server === undefined) return false;
  setMacs(prediction, hop, node, server.address);
  const dip = hop.stage.network.route(node, server.address)?.port.address;
  if (models[service.model].wraps) {
    const { bytes, ipAt } = prediction.base;
    prediction.outer = {
      source: dip,
      destination: server.address,
      ttl: prediction.ttl ?? ttlOf(hop.facts.bytes, hop.facts.ipAt),
      trafficClass: trafficClassOf(bytes, ipAt),
      dontFragment: dontFragmentOf(bytes, ipAt),
      protocol: tunnelOf(service).protocol,
      ...(service.tunnel && {
        udp: { sourcePort: choice?.tunnelPort, destinationPort: service.tunnel.port },
      }),
    };
  } else if (models[service.model].translates) {
    prediction.base = clamped(prediction.base, hop.previous!.segment, hop);
    prediction.destination = server.address;
    prediction.destinationPort = server.port;
    if (service.snat) {
      prediction.source = dip;
      prediction.sourcePort = choice?.sourcePort;
    }
  }
  return true;
}

function natted(prediction: Prediction, hop: HopRecord, node: PlannedNode): true {
  prediction.base = clamped(prediction.base, hop.previous!.segment, hop);
  setMacs(prediction, hop, node, prediction.destination ?? hop.facts.destination);
  prediction.source = outsideOf(hop.stage, node.name)!.address;
  prediction.sourcePort = choiceAt(hop.journey!.flow!, node.name)?.sourcePort;
  return true;
}

/** A reply: nat and dnat restore the addresses; in dr and tun it has no business there. */
function back(prediction: Prediction, hop: HopRecord, node: PlannedNode): boolean {
  const flow = hop.journey!.flow!;
  const isNat = node.forwarder!.nat !== undefined;
  const service = isNat ? undefined : serviceOf(flow, hop);
  if (!isNat && (service === undefined || !models[service.model].translates)) return false;
  const asked = requestTupleAt(flow, hop, node.name);
  if (asked?.source === undefined) return false;
  prediction.base = clamped(prediction.base, hop.previous!.segment, hop);
  setMacs(prediction, hop, node, asked.source);
  const { source, sourcePort } = service ? { source: service.vip, sourcePort: service.port } : prediction;
  // An echo's identifier plays both ports.
  const port = isNat && hop.facts.kind === 'icmp' ? asked.sourcePort : sourcePort;
  prediction.setTuple(source, port, asked.source, asked.sourcePort);
  return true;
}

/** A reply's MACs: whoever has the address, for a VIP the director. */
function arpReply({ facts, stage, segment, from }: HopRecord): Prediction | undefined {
  const owner = facts.arpOperation === 2 ? stage.network.macOf(facts.source, segment, from) : undefined;
  if (owner === undefined) return undefined;
  const prediction = new Prediction(facts);
  prediction.etherSource = owner;
  prediction.etherDestination = stage.network.macOf(facts.destination, segment);
  return prediction;
}
