import { changeBits } from '../../panel-protocol/records.ts';
import type { HopRow } from '../records/hop-row.ts';
import type { Names } from '../names.ts';
import type { Text } from '../text.ts';
import { isUnexpected } from './unexpected.ts';

/** One change that a node made: what, from, to. */
export interface Change {
  /** In the filter's words: `dst.mac`, `src.ip`. */
  readonly field: string;
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

export interface Changes {
  readonly signature: readonly Change[];
  readonly routine: readonly Change[];
  /** Routine changes that a record does not tell, such as checksums. */
  readonly more: number;
}

interface Aspect {
  readonly bit: number;
  readonly field: string;
  readonly key: string;
  readonly value: (hop: HopRow, names: Names) => string;
}

const aspects: readonly Aspect[] = [
  {
    bit: changeBits.destinationMac,
    field: 'dst.mac',
    key: 'panel.change.dst-mac',
    value: (hop, names) => names.mac(hop.destinationMac, hop.segment),
  },
  {
    bit: changeBits.sourceMac,
    field: 'src.mac',
    key: 'panel.change.src-mac',
    value: (hop, names) => names.mac(hop.sourceMac, hop.segment),
  },
  {
    bit: changeBits.source,
    field: 'src.ip',
    key: 'panel.change.src-ip',
    value: (hop, names) => names.address(hop.source),
  },
  {
    bit: changeBits.sourcePort,
    field: 'src.port',
    key: 'panel.change.src-port',
    value: (hop) => String(hop.sourcePort),
  },
  {
    bit: changeBits.destination,
    field: 'dst.ip',
    key: 'panel.change.dst-ip',
    value: (hop, names) => names.address(hop.destination),
  },
  {
    bit: changeBits.destinationPort,
    field: 'dst.port',
    key: 'panel.change.dst-port',
    value: (hop) => String(hop.destinationPort),
  },
  { bit: changeBits.ttl, field: 'ttl', key: 'panel.change.ttl', value: (hop) => String(hop.ttl) },
];

/** A field of a hop by its name in the filter's words, as the reader wants values; empty for what is no field of it. */
export function fieldValue(field: string, hop: HopRow, names: Names): string {
  return aspects.find((aspect) => aspect.field === field)?.value(hop, names) ?? '';
}

/** The hop by which the packet had come to the sender of `hop`. */
export function previousHop(hops: readonly HopRow[], index: number): HopRow | undefined {
  const { from } = hops[index]!;
  return hops.slice(0, index).findLast(({ to }) => to === from);
}

/** What the node between two hops changed; the model's own doing first. What should not be so is told apart from both. */
export function changesBetween(before: HopRow | undefined, hop: HopRow, names: Names, text: Text): Changes {
  if (hop.covered) {
    // A forwarder's own hop is asked; what comes after it shows the same headers.
    const isAsked = before !== undefined && names.lanes[hop.from]?.forwards === true;
    const label = text(isAsked ? 'panel.predict.chip' : 'panel.predict.covered');
    return { signature: [{ field: 'covered', label, before: '', after: '' }], routine: [], more: 0 };
  }
  if (!before) return { signature: [], routine: [], more: 0 };
  const signature: Change[] = [...wrapping(before, hop, names, text)];
  const routine: Change[] = [];
  // A packet's TTL says nothing across an envelope that came or went.
  const sameEnvelope = before.encapsulated === hop.encapsulated;
  for (const { bit, field, key, value } of aspects) {
    if (bit === changeBits.ttl && !sameEnvelope) continue;
    const [old, now] = [value(before, names), value(hop, names)];
    const signed = (hop.signature & bit) !== 0;
    if ((!signed && old === now) || isUnexpected(hop, field)) continue;
    (signed ? signature : routine).push({ field, label: text(key), before: old, after: now });
  }
  if (hop.signature & changeBits.other) {
    signature.push({ field: 'other', label: text('panel.change.quoted'), before: '', after: '' });
  }
  return { signature, routine, more: Math.max(0, hop.routine - routine.length - wrongRoutine(hop)) };
}

/** How many of the routine changes are not as predicted: what is not so is no routine. */
function wrongRoutine(hop: HopRow): number {
  return aspects.filter(({ bit, field }) => (hop.signature & bit) === 0 && isUnexpected(hop, field)).length;
}

function wrapping(before: HopRow, hop: HopRow, names: Names, text: Text): Change[] {
  if (hop.signature & changeBits.wrapped) {
    const after = `${names.address(hop.outerSource)} → ${names.address(hop.outerDestination)}`;
    return [{ field: 'wrapped', label: text('panel.change.wrapped'), before: '', after }];
  }
  if (!(hop.signature & changeBits.unwrapped)) return [];
  const old = `${names.address(before.outerSource)} → ${names.address(before.outerDestination)}`;
  return [{ field: 'unwrapped', label: text('panel.change.unwrapped'), before: old, after: '' }];
}

/** How many routine changes there are that a record does not tell; one or two are checksums. */
export function moreText(more: number, text: Text): string {
  if (more === 0) return '';
  return text(more > 2 ? 'panel.routine.more' : 'panel.routine.checksum', { count: more });
}

/** The same without what was there before: `dst MAC → rs1`. */
export function shortText(change: Change): string {
  const { label, before, after } = change;
  return before && after ? `${label} → ${after}` : changeText(change);
}

/** `dst MAC director → rs1`. */
export function changeText({ label, before, after }: Change): string {
  if (!before || !after) return [label, before || after].filter(Boolean).join(' ');
  return `${label} ${before} → ${after}`;
}
