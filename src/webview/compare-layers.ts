import type { Hop } from '../journey/report.ts';
import type { FrameDetails } from '../panel-protocol/messages.ts';

/** A field before and after a node, with what was foretold. */
export interface FieldLine {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly change: 'signature' | 'routine' | undefined;
  readonly expected: string | undefined;
  readonly ok: boolean | undefined;
  /** Where it stands in the frame that went out. */
  readonly place: { readonly offset: number; readonly length: number } | undefined;
}

export interface LayerLines {
  readonly title: string;
  readonly lines: readonly FieldLine[];
}

type Layer = FrameDetails['layers'][number];

const titles: Readonly<Record<string, string>> = {
  ethernet: 'Ethernet',
  arp: 'ARP',
  ipv4: 'IPv4',
  tcp: 'TCP',
  udp: 'UDP',
  icmp: 'ICMP',
  payload: 'Payload',
};

/** Layers of both frames side by side; headers of IPv4 are paired innermost with innermost. */
export function compareLayers(before: FrameDetails | undefined, out: FrameDetails, hop: Hop): LayerLines[] {
  const envelopes = out.layers.filter(({ protocol }) => protocol === 'ipv4').length;
  const lines: LayerLines[] = [];
  let depth = 0;
  for (const layer of out.layers) {
    const outer = layer.protocol === 'ipv4' && depth++ < envelopes - 1;
    const partner = before && !outer ? partnerOf(layer, before) : undefined;
    const title = `${titles[layer.protocol] ?? layer.protocol}${outer ? ' ⊃' : ''}`;
    lines.push({ title, lines: layer.fields.map((field) => fieldLine(field, partner, hop, outer)) });
  }
  for (const layer of before?.layers ?? []) {
    const gone = layer.protocol === 'ipv4' && before!.layers.filter(isIpv4).length > envelopes;
    if (!gone || layer !== before!.layers.find(isIpv4)) continue;
    lines.splice(1, 0, { title: 'IPv4 ⊃', lines: layer.fields.map((field) => goneLine(field)) });
  }
  return lines.filter(({ lines: fields }) => fields.length > 0);
}

const isIpv4 = ({ protocol }: Layer): boolean => protocol === 'ipv4';

function partnerOf(layer: Layer, { layers }: FrameDetails): Layer | undefined {
  return layers.findLast(({ protocol }) => protocol === layer.protocol);
}

function fieldLine(
  field: Layer['fields'][number],
  partner: Layer | undefined,
  hop: Hop,
  outer: boolean,
): FieldLine {
  const { name, text, offset, length } = field;
  const old = partner?.fields.find((one) => one.name === name)?.text;
  const change = outer
    ? ('signature' as const)
    : old !== undefined && old !== text
      ? (hop.changes.find((one) => one.field === name)?.role ?? 'routine')
      : undefined;
  const foretold = hop.expected.find((one) => one.field === (outer ? `ipip ${name}` : name));
  return {
    name,
    before: old ?? '',
    after: text,
    change,
    expected: foretold?.expected,
    ok: foretold?.ok,
    place: { offset, length },
  };
}

function goneLine({ name, text }: Layer['fields'][number]): FieldLine {
  return {
    name,
    before: text,
    after: '',
    change: 'signature',
    expected: undefined,
    ok: undefined,
    place: undefined,
  };
}
