import type { Names } from '../names.ts';
import { changeBits } from '../../panel-protocol/records.ts';
import type { FlowRow } from '../records/flow-row.ts';
import type { HopRow } from '../records/hop-row.ts';
import type { JourneyRow } from '../records/journey-row.ts';
import type { Rows } from '../records/rows.ts';
import type { Shown } from '../rows/row-list.ts';
import type { Term } from './parse-filter.ts';

/** The names of what can change, as they are typed behind `changed:`. */
export const changedNames: Readonly<Record<string, number>> = {
  'dst.mac': changeBits.destinationMac,
  'src.mac': changeBits.sourceMac,
  'dst.ip': changeBits.destination,
  'src.ip': changeBits.source,
  'dst.port': changeBits.destinationPort,
  'src.port': changeBits.sourcePort,
  wrapped: changeBits.wrapped,
  unwrapped: changeBits.unwrapped,
  quoted: changeBits.other,
};

/** Which flows and packets all terms are true of; a flow also needs a packet that they are true of. */
export function matchFilter(terms: readonly Term[], table: Rows, names: Names): Shown | undefined {
  if (terms.length === 0) return undefined;
  const flows = new Set<number>();
  const packets = new Set<number>();
  const ofFlow = terms.filter(isFlowTerm);
  const ofPacket = terms.filter((term) => !isFlowTerm(term));
  for (const id of table.flowIds()) {
    const flow = table.flow(id)!;
    if (!ofFlow.every((term) => flowMatches(term, flow, names) !== term.negated)) continue;
    for (const journey of table.journeyIds(id)) {
      if (ofPacket.length > 0) {
        const packet = table.journey(journey)!;
        const hops = table.hopsOf(journey);
        if (!ofPacket.every((term) => packetMatches(term, packet, hops, names) !== term.negated)) continue;
      }
      packets.add(journey);
      flows.add(id);
    }
    if (ofPacket.length === 0) flows.add(id);
  }
  return { flow: (id) => flows.has(id), packet: (journey) => packets.has(journey) };
}

function isFlowTerm({ key }: Term): boolean {
  return ['flow', 'proto', 'port', 'server', 'epoch', 'failed', 'answered', 'text'].includes(key);
}

function flowMatches({ key, value }: Term, flow: FlowRow, names: Names): boolean {
  switch (key) {
    case 'flow':
      return String(flow.id) === value.replace('#', '');
    case 'proto':
      return flow.kind === value;
    case 'port':
      return String(flow.clientPort) === value || String(flow.servicePort) === value;
    case 'server':
      return names.node(flow.server).toLowerCase() === value;
    case 'epoch':
      return String(flow.epoch) === value;
    case 'failed':
      return flow.outcome !== 'answered' && flow.outcome !== 'open';
    case 'answered':
      return flow.outcome === 'answered';
    default:
      return flowText(flow, names).includes(value);
  }
}

function flowText(flow: FlowRow, names: Names): string {
  const { request, response, reason, kind, clientAddress, serviceAddress, clientPort, servicePort } = flow;
  const ends = [names.endpoint(clientAddress, clientPort), names.endpoint(serviceAddress, servicePort)];
  const nodes = [flow.client, flow.server].map((node) => names.node(node));
  return [request, response, reason, kind, ...ends, ...nodes].join(' ').toLowerCase();
}

function packetMatches(
  { key, value }: Term,
  packet: JourneyRow,
  hops: readonly HopRow[],
  names: Names,
): boolean {
  const is = (node: number) => names.node(node).toLowerCase() === value;
  switch (key) {
    case 'node':
      return hops.some(({ from, to }) => is(from) || is(to));
    case 'from':
      return hops.some(({ from }) => is(from));
    case 'to':
      return hops.some(({ to }) => is(to));
    case 'segment':
      return hops.some(({ segment }) => names.segment(segment).toLowerCase() === value);
    case 'kind':
      return packet.kind === value;
    case 'changed': {
      const bit = changedNames[value] ?? 0;
      return hops.some(({ signature }) => (signature & bit) !== 0);
    }
    case 'lost':
      return packet.outcome === 'lost' || packet.outcome === 'dropped';
    case 'reply':
      return packet.reply;
    case 'request':
      return !packet.reply;
    case 'again':
      return packet.retransmission;
    case 'ambiguous':
      return packet.confidence === 'ambiguous';
    case 'unexpected':
      return packet.expected === 2;
    default:
      return true;
  }
}
