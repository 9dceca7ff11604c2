import type { Hop } from '../journey/report.ts';
import type { FrameDetails } from '../panel-protocol/messages.ts';

/** A field before and after a node, with what was foretold. */
export interface FieldLine {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** `wrong`: as it should not be, changed or not. */
  readonly change: 'signature' | 'routine' | 'wrong' | undefined;
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
  gue: 'GUE',
  icmp: 'ICMP',
  vrrp: 'VRRP',
  payload: 'Payload',
};

/** Layers of both frames side by side; headers of IPv4 are paired innermost with innermost. */
export function compareLayers(before: FrameDetails | undefined, out: FrameDetails, hop: Hop): LayerLines[] {
  const envelope = envelopeOf(out);
  const lines = out.layers.map((layer) => {
    const outer = envelope.includes(layer);
    const partner = before && !outer ? partnerOf(layer, before) : undefined;
    return {
      title: titleOf(layer, outer),
      lines: layer.fields.map((field) => fieldLine(field, partner, hop, outer)),
    };
  });
  if (before && envelope.length === 0) {
    const gone = envelopeOf(before).map((layer) => ({
      title: titleOf(layer, true),
      lines: layer.fields.map((field) => goneLine(field)),
    }));
    lines.splice(1, 0, ...gone);
  }
  return lines.filter(({ lines: fields }) => fields.length > 0);
}

/** The headers around the innermost packet: IPv4, and UDP and GUE where it travels in a datagram. */
function envelopeOf({ layers }: FrameDetails): readonly Layer[] {
  const first = layers.findIndex(isIpv4);
  return first < 0 ? [] : layers.slice(first, layers.findLastIndex(isIpv4));
}

function titleOf({ protocol }: Layer, outer: boolean): string {
  return `${titles[protocol] ?? protocol}${outer ? ' ⊃' : ''}`;
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
    change: foretold?.ok === false ? 'wrong' : change,
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
