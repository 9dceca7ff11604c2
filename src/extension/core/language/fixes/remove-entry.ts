import { placeAt } from '../syntax/place-at.ts';
import type { SyntaxMap, SyntaxPair } from '../syntax/tree.ts';
import type { TextEdit } from '../text-edit.ts';
import type { TopologyText } from '../topology-text.ts';

/** Takes the key at an offset out of its map, with its value: whole lines, or in braces up to the next comma. */
export function removeEntry(
  { text, root }: TopologyText,
  offset: number,
): { readonly name: string; readonly edit: TextEdit } | undefined {
  const { pair, map } = placeAt(root, offset) ?? {};
  if (!pair || !map) return undefined;
  const range = map.flow ? inBraces(text, map, pair) : wholeLines(text, pair);
  return { name: pair.key.text, edit: { range, text: '' } };
}

function inBraces(text: string, { pairs }: SyntaxMap, pair: SyntaxPair): TextEdit['range'] {
  const index = pairs.indexOf(pair);
  const next = pairs[index + 1];
  if (next) return { start: pair.start, end: next.start };
  const previous = pairs[index - 1];
  if (previous) return { start: previous.end, end: pair.end };
  const before = /\s*$/.exec(text.slice(0, pair.start))![0].length;
  return { start: pair.start - before, end: pair.end };
}

/** A comment behind it goes too. */
function wholeLines(text: string, { start, end }: SyntaxPair): TextEdit['range'] {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const isFirst = text.slice(lineStart, start).trim() === '';
  const lineEnd = text.indexOf('\n', end);
  if (!isFirst) return { start, end: lineEnd === -1 ? text.length : lineEnd };
  return { start: lineStart, end: lineEnd === -1 ? text.length : lineEnd + 1 };
}
