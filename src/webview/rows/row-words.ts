import type { ChangeRow } from '../protocol.ts';
import { BROADCAST, NO_NODE } from '../protocol.ts';
import type { Names } from '../names.ts';
import type { FlowRow } from '../records/flow-row.ts';
import type { HopRow } from '../records/hop-row.ts';
import type { JourneyRow } from '../records/journey-row.ts';
import type { RowTable } from '../records/row-table.ts';
import type { Text } from '../text.ts';
import { formatDuration } from '../time-format.ts';
import { changesBetween, changeText, previousHop } from './changes.ts';
import type { Row } from './row.ts';

/** What a row says, cell by cell; the same words whether it is seen or heard. */
export interface RowWords {
  readonly what: string;
  readonly way: string;
  readonly change: string;
  readonly result: string;
}

export interface WordSource {
  readonly table: RowTable;
  readonly names: Names;
  readonly text: Text;
  readonly changes: readonly ChangeRow[];
}

const nothing: RowWords = { what: '', way: '', change: '', result: '' };

export function rowWords(row: Row, source: WordSource): RowWords {
  const { table, changes, text } = source;
  switch (row.kind) {
    case 'flow': {
      const flow = table.flow(row.flow);
      return flow ? flowWords(flow, source) : nothing;
    }
    case 'packet': {
      const journey = table.journey(row.journey);
      return journey ? packetWords(journey, table.hopsOf(row.journey), source) : nothing;
    }
    case 'hop': {
      const hops = table.hopsOf(row.journey);
      return hops[row.hop] ? hopWords(hops, row.hop, source) : nothing;
    }
    case 'change': {
      const change = changes.find(({ epoch }) => epoch === row.epoch);
      if (!change) return nothing;
      const result = text('panel.change.applied', { duration: formatDuration(change.durationNs) });
      return {
        what: text(`panel.change.kind.${change.kind}`),
        way: '',
        change: change.texts.join(' · '),
        result,
      };
    }
  }
}

function flowWords(flow: FlowRow, { names, text }: WordSource): RowWords {
  const what = `#${flow.id} ${flow.request || text(`kind.${flow.kind}`)}`;
  const to = names.endpoint(flow.serviceAddress, flow.servicePort);
  const from = flow.client === NO_NODE ? names.address(flow.clientAddress) : names.node(flow.client);
  const server = flow.server === NO_NODE || flow.kind === 'arp' ? '' : ` · ${names.node(flow.server)}`;
  return {
    what,
    way: `${from} → ${to}${server}`,
    change: text('panel.packets', { count: flow.journeys }),
    result: [flowResult(flow, names, text), formatDuration(flow.endNs - flow.startNs)].join(' · '),
  };
}

/** `200 OK`, or what went wrong and where. */
export function flowResult(flow: FlowRow, names: Names, text: Text): string {
  const begun = flow.begunInMiddle ? text('panel.begun-in-middle') : '';
  const outcome = [begun, text(`panel.outcome.${flow.outcome}`)].filter(Boolean).join(' · ');
  if (flow.outcome === 'answered') return flow.begunInMiddle ? outcome : flow.response || outcome;
  const place = flow.at === NO_NODE ? '' : ` @ ${names.node(flow.at)}`;
  return flow.reason ? `${outcome}${place}: ${flow.reason}` : `${outcome}${place}`;
}

export function packetTitle(journey: JourneyRow, text: Text): string {
  return text(`kind.${journey.kind}`);
}

/** What is unusual about a packet: sent again, not sure to be one, lost. */
export function packetMarks(journey: JourneyRow, text: Text): string[] {
  return [
    journey.retransmission ? text('panel.retransmission') : '',
    journey.confidence === 'ambiguous' ? text('panel.confidence.ambiguous') : '',
    journey.confidence === 'likely' ? text('panel.confidence.likely') : '',
    journey.outcome === 'arrived' ? '' : text(`panel.packet.${journey.outcome}`),
    journey.expected === 2 ? text('panel.not-as-predicted') : '',
  ].filter(Boolean);
}

function packetWords(journey: JourneyRow, hops: readonly HopRow[], { names, text }: WordSource): RowWords {
  const direction = text(journey.reply ? 'direction.reply' : 'direction.request');
  const nodes = [hops[0]?.from, ...hops.map(({ to }) => to)].filter((node) => node !== undefined);
  return {
    what: `${packetTitle(journey, text)} · ${direction}`,
    way: nodes.map((node) => names.node(node)).join(' → '),
    change: journey.detail,
    result: [...packetMarks(journey, text), journey.reason].filter(Boolean).join(' · '),
  };
}

function hopWords(hops: readonly HopRow[], index: number, { names, text }: WordSource): RowWords {
  const hop = hops[index]!;
  const { signature, routine, more } = changesBetween(previousHop(hops, index), hop, names, text);
  const rest = routine.length + more;
  const change =
    index === 0
      ? headerText(hop, names)
      : [...signature.map(changeText), rest > 0 ? `+${rest}` : ''].filter(Boolean).join(' · ');
  return {
    what: text('panel.hop', { number: index + 1 }),
    way: `${names.node(hop.from)} → ${hopTarget(hop, names)} · ${names.segment(hop.segment)}`,
    change,
    result: arrivalText(hop, text),
  };
}

export function hopTarget(hop: HopRow, names: Names): string {
  return hop.broadcast && hop.to === NO_NODE ? '*' : names.node(hop.to);
}

/** The whole header of a first hop, in one line. */
export function headerText(hop: HopRow, names: Names): string {
  const macs = `${names.mac(hop.sourceMac, hop.segment)} → ${hop.destinationMac === BROADCAST ? '*' : names.mac(hop.destinationMac, hop.segment)}`;
  if (hop.protocol === 0) return `${macs} · ${names.address(hop.source)} → ${names.address(hop.destination)}`;
  const ports = hop.protocol !== 1;
  const source = names.endpoint(hop.source, ports ? hop.sourcePort : 0);
  const destination = names.endpoint(hop.destination, ports ? hop.destinationPort : 0);
  const outer = hop.encapsulated
    ? `${names.address(hop.outerSource)} → ${names.address(hop.outerDestination)} [${source} → ${destination}]`
    : `${source} → ${destination}`;
  return `${outer} · TTL ${hop.ttl} · ${macs}`;
}

/** What the receiver did, with the forwarder's decision and the reason when there is one. */
export function arrivalText(hop: HopRow, text: Text): string {
  const parts = [text(`fate.${hop.fate}`), hop.reason || hop.decision].filter(Boolean);
  return hop.fate === 'forwarded' && hop.decision ? hop.decision : parts.join(': ');
}
