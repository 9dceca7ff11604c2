import type { LabView } from '../../panel-protocol/messages.ts';
import { flowKinds, journeyKinds } from '../../panel-protocol/records.ts';
import { changedNames } from './match-filter.ts';
import { filterKeys, filterWords } from './parse-filter.ts';

export interface Completion {
  /** What the word becomes. */
  readonly word: string;
  /** A key that wants a value behind it. */
  readonly open: boolean;
}

/** A list longer than this is not read. */
const MOST = 24;

/** What the word before the cursor could become, and where it begins. */
export function completeFilter(
  text: string,
  cursor: number,
  lab: LabView | undefined,
): { readonly from: number; readonly completions: readonly Completion[] } {
  const from = text.slice(0, cursor).search(/\S*$/);
  const typed = text.slice(from, cursor);
  const minus = typed.startsWith('-') ? '-' : '';
  const word = typed.slice(minus.length).toLowerCase();
  const colon = word.indexOf(':');
  const words =
    colon < 0
      ? [...filterKeys.map((key) => `${key}:`), ...filterWords]
      : valuesOf(word.slice(0, colon), lab).map((value) => `${word.slice(0, colon)}:${value}`);
  const completions = words
    .filter((one) => one.toLowerCase().startsWith(word) && one.toLowerCase() !== word)
    .slice(0, MOST)
    .map((one) => ({ word: minus + one, open: one.endsWith(':') }));
  return { from, completions };
}

/** What can stand behind a key; nothing for one that takes any number. */
export function valuesOf(key: string, lab: LabView | undefined): readonly string[] {
  const nodes = lab?.nodes ?? [];
  switch (key) {
    case 'node':
    case 'from':
    case 'to':
      return nodes.map(({ name }) => name);
    case 'server':
      return nodes.filter(({ role }) => role === 'server').map(({ name }) => name);
    case 'segment':
      return lab?.segments.map(({ name }) => name) ?? [];
    case 'proto':
      return flowKinds;
    case 'kind':
      return journeyKinds;
    case 'changed':
      return Object.keys(changedNames);
    case 'port':
      return [...new Set(lab?.services.map(({ port }) => String(port)))];
    default:
      return [];
  }
}
