import { formatIpv4 } from '../../packet/address.ts';
import type { ChangeRow } from '../../panel-protocol/messages.ts';
import { BROADCAST, NO_NODE } from '../../panel-protocol/records.ts';
import type { Names } from '../names.ts';
import type { FlowRow } from '../records/flow-row.ts';
import type { HopRow } from '../records/hop-row.ts';
import type { JourneyRow } from '../records/journey-row.ts';
import type { Rows } from '../records/rows.ts';
import type { Text } from '../text.ts';
import { formatDuration } from '../time-format.ts';
import { firstUnexpected, flowUnexpected, isToldBefore, unexpectedTexts } from './unexpected.ts';
import { changesBetween, changeText, moreText, previousHop } from './changes.ts';
import type { Row } from './row.ts';

/** What a row says, cell by cell; the same words whether it is seen or heard. */
export interface RowWords {
  readonly what: string;
  readonly way: string;
  readonly change: string;
  readonly result: string;
}

export interface WordSource {
  readonly table: Rows;
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
    case 'arp':
      return arpWords(row.flows, source);
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
      // The clock of a lab in memory may stand still meanwhile.
      const duration = formatDuration(change.durationNs);
      const result = change.durationNs > 0 ? text('panel.change.applied', { duration }) : '';
      return {
        what: text(`panel.change.kind.${change.kind}`),
        way: '',
        change: change.texts.join(' · '),
        result,
      };
    }
  }
}

function flowWords(flow: FlowRow, source: WordSource): RowWords {
  const { names, text } = source;
  const what = `#${flow.id} ${flow.request || text(`kind.${flow.kind}`)}`;
  const to = names.endpoint(flow.serviceAddress, flow.servicePort);
  const from = clientOf(flow, names);
  const server = flow.server === NO_NODE || flow.kind === 'arp' ? '' : ` · ${names.node(flow.server)}`;
  return {
    what,
    way: `${from} → ${to}${server}`,
    change: text('panel.packets', { count: flow.journeys }),
    result: [flowResult(flow, source), formatDuration(flow.endNs - flow.startNs)].filter(Boolean).join(' · '),
  };
}

/** ARP flows in one row: which, who asked whom, and how many did not go well. */
export function arpWords(flows: readonly number[], source: WordSource): RowWords {
  const { table, names, text } = source;
  const all = flows.flatMap((id) => table.flow(id) ?? []);
  const count = (key: string, some: (flow: FlowRow) => boolean) => {
    const number = all.filter(some).length;
    return number > 0 ? text(key, { count: number }) : '';
  };
  const ends = all.map((flow) => `${clientOf(flow, names)} → ${names.address(flow.serviceAddress)}`);
  return {
    what: text('panel.arp', { count: flows.length }),
    way: [...new Set(ends)].join(', '),
    change: text('panel.packets', { count: all.reduce((sum, { journeys }) => sum + journeys, 0) }),
    result: [
      count('panel.said.failed', ({ id }) => table.hasFailed(id)),
      count('panel.count.unexpected', ({ expected }) => expected === 2),
    ]
      .filter(Boolean)
      .join(' · '),
  };
}

function clientOf({ client, clientAddress }: FlowRow, names: Names): string {
  return client === NO_NODE ? names.address(clientAddress) : names.node(client);
}

/** `200 OK`, or what went wrong and where. */
export function flowResult(flow: FlowRow, { table, names, text }: Omit<WordSource, 'changes'>): string {
  // Nobody is asked.
  if (flow.kind === 'vrrp') return '';
  if (flow.kind === 'arp' && flow.outcome === 'open' && flow.clientAddress === flow.serviceAddress)
    return text('panel.announced');
  const begun = flow.begunInMiddle ? text('panel.begun-in-middle') : '';
  const { asked, answered } = flow;
  const count = asked > 1 ? text('panel.count.requests', { answered, asked }) : '';
  const outcome = [begun, text(`panel.outcome.${flow.outcome}`), count].filter(Boolean).join(' · ');
  if (flow.outcome === 'answered') {
    const answer = flow.begunInMiddle || count ? outcome : flow.response || outcome;
    if (flow.expected !== 2) return answer;
    // Its packets may not have come yet.
    const wrong = flowUnexpected(flow.id, table, names, text) || text('panel.not-as-predicted');
    return `${answer} · ${wrong}`;
  }
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
    journey.outcome === 'arrived' || journey.outcome === journey.confidence
      ? ''
      : text(`panel.packet.${journey.outcome}`),
  ].filter(Boolean);
}

/** What is not as predicted; of a packet after the one that showed it, only that it is so again. */
export function wrongMark(
  journey: JourneyRow,
  hops: readonly HopRow[],
  { table, names, text }: Omit<WordSource, 'changes'>,
): { readonly words: string; readonly again: boolean } | undefined {
  if (journey.expected !== 2) return undefined;
  const again = isToldBefore(journey, hops, table);
  const words = again ? '' : firstUnexpected(hops, names, text);
  return { words: words || text('panel.not-as-predicted'), again };
}

/** What a packet carries: an ICMP error's meaning, a first line, or how much it is. */
export function packetDetail({ detail, payload }: JourneyRow, text: Text): string {
  return detail || (payload > 0 ? text('panel.payload', { count: payload }) : '');
}

const answers: readonly JourneyRow['kind'][] = ['syn-ack', 'ack', 'data', 'fin', 'rst', 'udp', 'echo-reply'];

/** Says so when a server's reply does not touch the director, which is what some models are about. */
export function aroundDirector(
  { kind, reply }: JourneyRow,
  hops: readonly HopRow[],
  { names, text }: Pick<WordSource, 'names' | 'text'>,
): string {
  const { lanes } = names;
  const isDirector = (node: number) => lanes[node]?.role === 'director';
  if (!reply || !answers.includes(kind) || lanes[hops[0]?.from ?? NO_NODE]?.role !== 'server') return '';
  if (!lanes.some(({ role }) => role === 'director')) return '';
  return hops.some(({ from, to }) => isDirector(from) || isDirector(to)) ? '' : text('panel.around-director');
}

function packetWords(journey: JourneyRow, hops: readonly HopRow[], source: WordSource): RowWords {
  const { names, text } = source;
  const direction = text(journey.reply ? 'direction.reply' : 'direction.request');
  const nodes = [hops[0]?.from, ...hops.map(({ to }) => to)].filter((node) => node !== undefined);
  return {
    what: `${packetTitle(journey, text)} · ${direction}`,
    way: nodes.map((node) => names.node(node)).join(' → '),
    change: [aroundDirector(journey, hops, source), packetDetail(journey, text)].filter(Boolean).join(' · '),
    result: [...packetMarks(journey, source.text), wrongMark(journey, hops, source)?.words, journey.reason]
      .filter(Boolean)
      .join(' · '),
  };
}

function hopWords(hops: readonly HopRow[], index: number, { names, text }: WordSource): RowWords {
  const hop = hops[index]!;
  const { signature, routine, more } = changesBetween(previousHop(hops, index), hop, names, text);
  const change =
    index === 0 && !hop.covered
      ? headerText(hop, names)
      : [...[...signature, ...routine].map(changeText), moreText(more, text)].filter(Boolean).join(' · ');
  const wrong = unexpectedTexts(hop, names, text);
  return {
    what: text('panel.hop', { number: index + 1 }),
    way: `${names.node(hop.from)} → ${hopTarget(hop, names)} · ${names.segment(hop.segment)}`,
    change: [...wrong, change].filter(Boolean).join(' · '),
    result: hop.covered ? '' : arrivalText(hop, names, text),
  };
}

export function hopTarget(hop: HopRow, names: Names): string {
  return hop.broadcast && hop.to === NO_NODE ? '*' : names.node(hop.to);
}

/** The whole header of a first hop, in one line. */
export function headerText(hop: HopRow, names: Names): string {
  const macs = `MAC ${names.mac(hop.sourceMac, hop.segment)} → ${hop.destinationMac === BROADCAST ? '*' : names.mac(hop.destinationMac, hop.segment)}`;
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
export function arrivalText(hop: HopRow, names: Names, text: Text): string {
  // Why it answered says that it did.
  if (hop.fate === 'answered' && hop.reason) return hop.reason;
  const parts = [text(`fate.${hop.fate}`), hop.reason || hop.decision || vipOnLo(hop, names, text)].filter(
    Boolean,
  );
  return hop.fate === 'forwarded' && hop.decision ? hop.decision : parts.join(': ');
}

/** Why a server takes a packet that is addressed to the VIP. */
function vipOnLo({ to, destination, fate }: HopRow, names: Names, text: Text): string {
  if (fate !== 'accepted' && fate !== 'unwrapped') return '';
  const address = formatIpv4(destination);
  const holds = names.lanes[to]?.vips.some((vip) => vip.address === address && vip.how !== 'owned');
  return holds ? text('panel.vip-on-lo') : '';
}
