import type { Facts } from './facts.ts';
import { mentionAt, mentionsOf, type Mention } from './mentions.ts';
import type { Span, SyntaxScalar } from './syntax/tree.ts';
import type { TextEdit } from './text-edit.ts';
import type { TopologyText } from './topology-text.ts';

/** Why a rename is refused: a key of the l10n bundles, with what it is about. */
export interface Refusal {
  readonly refused: string;
  readonly params: Readonly<Record<string, string>>;
}

/** As `name` in the schema: a host name, a container's name. */
const NAME = /^[A-Za-z][A-Za-z0-9-]{0,30}$/;
/** YAML reads these as something else than text. */
const WORDS = /^(true|false|null)$/i;

/** What is to be renamed at an offset, and how it is called now. */
export function prepareRename(
  topology: TopologyText,
  offset: number,
): { readonly range: Span; readonly name: string } | Refusal {
  const found = renamable(topology, offset);
  if ('refused' in found) return found;
  return { range: withoutQuotes(found.scalar), name: found.name };
}

/** The edits that give a node, a segment or a service another name wherever it is named. */
export function rename(
  topology: TopologyText,
  offset: number,
  newName: string,
): { readonly edits: readonly TextEdit[] } | Refusal {
  const mention = renamable(topology, offset);
  if ('refused' in mention) return mention;
  const { name, kind } = mention;
  if (newName === name) return { edits: [] };
  if (!NAME.test(newName) || WORDS.test(newName))
    return { refused: 'language.rename.bad-name', params: { name: newName } };
  if (namesLike(topology.facts, kind).includes(newName))
    return { refused: 'language.rename.taken', params: { name: newName } };
  const edits = mentionsOf(topology.mentions, mention).map(({ scalar }) => ({
    range: withoutQuotes(scalar),
    text: newName,
  }));
  return { edits };
}

function renamable({ mentions, facts }: TopologyText, offset: number): Mention | Refusal {
  const mention = mentionAt(mentions, offset);
  if (!mention) return { refused: 'language.rename.nothing', params: {} };
  const { kind, name } = mention;
  const isNamed =
    kind !== 'service' || facts.services.some((service) => service.name === name && service.isNamed);
  if (!isNamed) return { refused: 'language.rename.the-service', params: {} };
  const definitions = mentionsOf(mentions, mention).filter(({ isDefinition }) => isDefinition);
  // One of two of the same name: nobody could say which of them a reference means.
  if (definitions.length !== 1)
    return {
      refused: definitions.length === 0 ? 'language.rename.unknown' : 'language.rename.twice',
      params: { name },
    };
  return mention;
}

/** Services and nodes share one space of names, for `to:` may name either. */
function namesLike({ nodes, segments, services }: Facts, kind: Mention['kind']): string[] {
  const things = kind === 'segment' ? segments : [...nodes, ...services];
  return things.map(({ name }) => name);
}

function withoutQuotes({ start, end, quote }: SyntaxScalar): Span {
  return { start: start + quote.length, end: end - quote.length };
}
