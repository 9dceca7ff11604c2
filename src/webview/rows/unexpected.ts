import type { Names } from '../names.ts';
import type { HopRow } from '../records/hop-row.ts';
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
  return unexpected.map(({ field, seen, expected }) => {
    const label = labels[field];
    return text('panel.unexpected', {
      field: label === undefined ? field : text(label),
      seen: names.value(seen),
      expected: names.value(expected),
    });
  });
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
