/** One word of a filter: `node:rs1`, `-proto:arp`, `lost`, or any text. */
export interface Term {
  readonly key: FilterKey | FilterWord | 'text';
  /** Lower case. */
  readonly value: string;
  readonly negated: boolean;
}

export const filterKeys = [
  'node',
  'from',
  'to',
  'segment',
  'server',
  'flow',
  'proto',
  'port',
  'kind',
  'changed',
  'epoch',
] as const;
export type FilterKey = (typeof filterKeys)[number];

export const filterWords = [
  'lost',
  'failed',
  'answered',
  'reply',
  'request',
  'again',
  'ambiguous',
  'unexpected',
] as const;
export type FilterWord = (typeof filterWords)[number];

/** Words are separated by spaces and must all be true; quotes keep a text with spaces together. Nothing is an error. */
export function parseFilter(text: string): Term[] {
  return [...text.matchAll(/(-?)(?:(\w+):)?(?:"([^"]*)"?|(\S+))|-/g)].flatMap((match) => {
    const [whole, minus, key, quoted, word] = match;
    const value = (quoted ?? word ?? '').toLowerCase();
    const negated = minus === '-';
    const known = filterKeys.find((one) => one === key?.toLowerCase());
    if (known) return value ? { key: known, value, negated } : [];
    if (key === undefined && quoted === undefined) {
      const state = filterWords.find((one) => one === value);
      if (state) return { key: state, value: '', negated };
      if (filterKeys.some((one) => value === `${one}:`)) return [];
    }
    const plain = key === undefined ? value : `${key}:${value}`.toLowerCase();
    return plain && whole !== '-' ? { key: 'text' as const, value: plain, negated } : [];
  });
}
