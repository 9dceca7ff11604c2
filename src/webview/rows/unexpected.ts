import type { Names } from '../names.ts';
import type { HopRow } from '../records/hop-row.ts';
import type { JourneyRow } from '../records/journey-row.ts';
import type { Rows } from '../records/rows.ts';
import { fieldText } from './field-text.ts';
import type { Text } from '../text.ts';

/** What the panel calls a field elsewhere too; the others go by the name that the command line gives them. */
const labels: Readonly<Record<string, string>> = {
  'eth.dst': 'panel.change.dst-mac',
  'eth.src': 'panel.change.src-mac',
  'ip.src': 'panel.change.src-ip',
  'ip.dst': 'panel.change.dst-ip',
  'tcp.srcport': 'panel.change.src-port',
  'udp.srcport': 'panel.change.src-port',
  'tcp.dstport': 'panel.change.dst-port',
  'udp.dstport': 'panel.change.dst-port',
  'ip.ttl': 'panel.change.ttl',
};

/** `dst MAC rs1 ✗ expected director`, one for each field of the hop that is not as predicted. */
export function unexpectedTexts({ unexpected }: HopRow, names: Names, text: Text): string[] {
  return unexpected.map(({ field, seen, expected }) =>
    text('panel.unexpected', {
      field: fieldLabel(field, text),
      seen: fieldText(field, seen, text) ?? names.value(seen),
      expected: fieldText(field, expected, text) ?? names.value(expected),
    }),
  );
}

/** @param field Its Wireshark name. */
export function fieldLabel(field: string, text: Text): string {
  const label = labels[field];
  return label === undefined ? field : text(label);
}

/** The node whose MAC the frame should have borne: there it should have gone in. `undefined` when it did, or none was foretold. */
export function missedNode({ unexpected }: HopRow, { lanes }: Names): number | undefined {
  const mac = unexpected.find(({ field }) => field === 'eth.dst')?.expected;
  const node = lanes.findIndex(({ interfaces }) => interfaces.some((port) => port.mac === mac));
  return node < 0 ? undefined : node;
}

/** Whether an earlier packet of the flow, in the same direction, has said all that is wrong with this one. */
export function isToldBefore(journey: JourneyRow, hops: readonly HopRow[], table: Rows): boolean {
  const first = table
    .journeyIds(journey.flow)
    .find(
      (id) => id === journey.id || (table.isUnexpected(id) && table.journey(id)?.reply === journey.reply),
    );
  return (
    first !== undefined && first !== journey.id && wrongFields(table.hopsOf(first)) === wrongFields(hops)
  );
}

function wrongFields(hops: readonly HopRow[]): string {
  return [...new Set(hops.flatMap(({ unexpected }) => unexpected.map(({ field }) => field)))].sort().join();
}

/** Of a flow: what is wrong with its first packet that is not as predicted. Empty when nothing is. */
export function flowUnexpected(flow: number, table: Rows, names: Names, text: Text): string {
  const first = table.journeyIds(flow).find((id) => table.isUnexpected(id));
  return first === undefined ? '' : firstUnexpected(table.hopsOf(first), names, text);
}

/** Of a packet: what is wrong with it first, on its way. Empty when nothing is. */
export function firstUnexpected(hops: readonly HopRow[], names: Names, text: Text): string {
  const hop = hops.find(({ unexpected }) => unexpected.length > 0);
  return (hop && unexpectedTexts(hop, names, text)[0]) ?? '';
}

/** The words by which `changesBetween` knows the fields. */
const changeFields: Readonly<Record<string, string>> = {
  'eth.dst': 'dst.mac',
  'eth.src': 'src.mac',
  'ip.src': 'src.ip',
  'ip.dst': 'dst.ip',
  'tcp.srcport': 'src.port',
  'udp.srcport': 'src.port',
  'tcp.dstport': 'dst.port',
  'udp.dstport': 'dst.port',
  'ip.ttl': 'ttl',
};

/** Whether a change, by its field in the filter's words, is one that should not have been so. */
export function isUnexpected({ unexpected }: HopRow, field: string): boolean {
  return unexpected.some((one) => changeFields[one.field] === field);
}
