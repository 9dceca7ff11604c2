import { formatIpv4, type Ipv4 } from '../../packet/address.ts';
import { ACK, SYN } from '../../packet/tcp.ts';
import { FlowRecord } from '../records/flow-record.ts';
import type { FrameFacts } from '../records/frame-facts.ts';
import type { HopRecord, Stage } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';
import type { PlanIndex } from '../records/plan-index.ts';
import type { Flow, Journey } from '../report.ts';
import { reversed, type Tuple } from '../records/tuple-index.ts';

/** The flow that a packet of none yet begins, and which side of it the packet is of. */
export function openFlow(journey: JourneyRecord): { flow: FlowRecord; direction: Journey['direction'] } {
  const { first } = journey;
  const { facts } = first;
  const protocol = kindOf(facts);
  const backwards = protocol === 'arp' ? facts.arpOperation !== 1 : looksLikeReply(facts, first);
  const tuple = backwards ? reversed(facts) : facts;
  const probe = first.stage.network.probe(tuple, protocol);
  const kind = probe ? 'probe' : protocol;
  const ported = protocol === 'tcp' || protocol === 'udp';
  const end = (number: Ipv4, port: number) => ({
    number,
    node: ownerOf(number, first.stage),
    address: formatIpv4(number),
    source: port,
    ...(ported && { port }),
  });
  const client = end(tuple.source, tuple.sourcePort);
  // Whoever asks is known by its MAC, even when it asks with another's address.
  if (kind === 'arp' && journey.kind === 'arp-request') client.node = first.from;
  const service = end(tuple.destination, tuple.destinationPort);
  const begun = backwards || isMiddle(facts) ? 'middle' : 'seen';
  const flow = new FlowRecord(kind, first, client, service, begun);
  flow.probe = probe;
  return {
    flow,
    direction: backwards ? 'reply' : 'request',
  };
}

function kindOf({ kind }: FrameFacts): Flow['kind'] {
  return kind === 'ip' ? 'other' : kind;
}

function ownerOf(address: Ipv4, { network }: Stage): string {
  return network.stationOfAddress(address)?.node.name ?? network.directorsOf(address)[0] ?? '';
}

/** What can only come after something else: TCP without its SYN, an error about a packet that was not seen. */
function isMiddle(facts: FrameFacts): boolean {
  if (facts.quoted) return true;
  return facts.kind === 'tcp' && (facts.flags & (SYN | ACK)) !== SYN;
}

/** For what begins in its middle: which side is the client's. */
function looksLikeReply(facts: FrameFacts, { stage: { network }, from }: HopRecord): boolean {
  if (facts.kind === 'tcp' && facts.flags & SYN) return (facts.flags & ACK) !== 0;
  if (facts.kind === 'icmp') return facts.icmpType === 0;
  if (facts.kind !== 'tcp' && facts.kind !== 'udp') return false;
  const source = serving(network, facts.kind, facts.source, facts.sourcePort);
  const destination = serving(network, facts.kind, facts.destination, facts.destinationPort);
  if (source !== destination) return source > destination;
  // A server may answer from an address that is nobody's.
  return source === 0 && network.isServer(from);
}

/** How much an end is a server's by the plan: 2 where something listens, 1 for an address of a service or a server. */
function serving(network: PlanIndex, protocol: 'tcp' | 'udp', address: Ipv4, port: number): 0 | 1 | 2 {
  if (network.service(address, protocol, port)) return 2;
  const node = network.stationOfAddress(address)?.node;
  if (!node || !network.isServer(node.name)) return network.isVip(address) ? 1 : 0;
  const isBalancedTo = network.plan.services.some(
    (service) =>
      service.protocol === protocol &&
      service.servers.some((server) => server.address === address && server.port === port),
  );
  return isBalancedTo || node.listen.includes(port) ? 2 : 1;
}

/** The tuple by which a packet's flow is known. */
export function tupleOf({ protocol, source, sourcePort, destination, destinationPort }: Tuple): Tuple {
  return { protocol, source, sourcePort, destination, destinationPort };
}
