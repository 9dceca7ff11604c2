import type { Span } from './tree.ts';
import { parseSyntax } from './parse.ts';
import { placeAt, type Place } from './place-at.ts';

/** Where something is being typed. */
export interface Slot extends Omit<Place, 'scalar'> {
  /** What is typed so far, in the text as it is; it may be empty. */
  readonly replace: Span;
  /** The characters of `replace` before the cursor. */
  readonly typed: string;
  /** A key that has its colon already needs no other. */
  readonly hasColon: boolean;
  /** A value on a line below its key: it may also be the first key of a map. */
  readonly onOwnLine: boolean;
  /** An item of a list whose dash is not typed yet. */
  readonly needsDash: boolean;
  /** The cursor touches the colon, so that a blank is missing. */
  readonly needsBlank: boolean;
  /** Within brackets or braces, where a map cannot go over several lines. */
  readonly inFlow: boolean;
  /** Columns of the line's indentation. */
  readonly indent: number;
}

/** A letter of no language (private use): where it comes out in the tree is where the cursor is. */
const CURSOR = '\uE000';

/** Undefined in comments and between quotes that hold no value, and wherever nothing of a topology could be typed. */
export function slotAt(text: string, offset: number): Slot | undefined {
  const needsBlank = text[offset - 1] === ':';
  const mark = needsBlank ? ` ${CURSOR}` : CURSOR;
  const marked = text.slice(0, offset) + mark + text.slice(offset);
  const at = offset + mark.length - 1;
  const place = placeAt(parseSyntax(marked), at);
  if (!place?.scalar.text.includes(CURSOR)) return undefined;
  const { scalar, pair } = place;
  const back = (position: number) => (position > at ? position - mark.length : Math.min(position, offset));
  const replace = { start: back(scalar.start), end: back(scalar.end) };
  const lineStart = marked.lastIndexOf('\n', at - 1) + 1;
  const isKey = place.part === 'key';
  return {
    ...withoutCursor(place),
    replace,
    typed: text.slice(replace.start, offset),
    hasColon: isKey && (pair?.hasColon ?? false),
    onOwnLine: !isKey && pair !== undefined && marked.slice(pair.key.end, scalar.start).includes('\n'),
    needsDash:
      typeof place.path.at(-1) === 'number' &&
      marked.slice(lineStart, scalar.start).trim() === '' &&
      !isInFlow(place, marked),
    needsBlank,
    inFlow: isInFlow(place, marked),
    indent: /^ */.exec(marked.slice(lineStart))![0].length,
  };
}

function withoutCursor({ path, part, pair, map }: Place): Omit<Place, 'scalar'> {
  // The key itself is what is being typed, so it is no part of the way to it.
  return {
    path: part === 'key' ? path.slice(0, -1) : path,
    part,
    ...(pair && { pair }),
    ...(map && { map }),
  };
}

function isInFlow({ map, scalar, pair }: Place, marked: string): boolean {
  if (map?.flow) return true;
  const before = pair?.value?.kind === 'list' && pair.value.flow;
  return before || /[[{,]\s*$/.test(marked.slice(0, scalar.start));
}
