import { parseIpv4 } from '../../../packet/address.ts';
import { mentionAt, mentionsOf } from './mentions.ts';
import { ownerOf } from './owner-of.ts';
import { placeAt } from './syntax/place-at.ts';
import type { Span } from './syntax/tree.ts';
import type { TopologyText } from './topology-text.ts';

/** Where what the cursor names is described: a node, a segment, a service, or whoever has the address. */
export function definitionAt({ mentions, facts, root }: TopologyText, offset: number): Span | undefined {
  const mention = mentionAt(mentions, offset);
  if (mention) return spanOf(mentionsOf(mentions, mention).find(({ isDefinition }) => isDefinition)?.scalar);
  const place = placeAt(root, offset);
  const address = place?.part === 'value' ? parseIpv4(place.scalar.text) : undefined;
  return address === undefined ? undefined : spanOf(ownerOf(facts, address)?.scalar);
}

/** Every place that names what the cursor names. */
export function referencesAt({ mentions }: TopologyText, offset: number, withDefinition: boolean): Span[] {
  const mention = mentionAt(mentions, offset);
  if (!mention) return [];
  return mentionsOf(mentions, mention)
    .filter(({ isDefinition }) => withDefinition || !isDefinition)
    .map(({ scalar: { start, end } }) => ({ start, end }));
}

function spanOf(scalar: Span | undefined): Span | undefined {
  return scalar && { start: scalar.start, end: scalar.end };
}
