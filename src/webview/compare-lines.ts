/** What a hop says, in parts that can be laid beside another's. */
export interface ComparedLine {
  readonly title: string;
  readonly parts: readonly string[];
  /** The heading of the hops that follow. */
  readonly packet: boolean;
}

/** A row of a comparison: what differs of a pair of lines, or how many lines in a row are the same. */
export type ComparedRow =
  | { readonly kind: 'same'; readonly count: number }
  | {
      readonly kind: 'pair';
      readonly title: string;
      readonly packet: boolean;
      /** Only the parts that the other side has not; nothing for a line that is missing there. */
      readonly first: readonly string[] | undefined;
      readonly second: readonly string[] | undefined;
    };

/** Lines beside lines: those that are the same are counted, of the others only what differs is left. */
export function compareLines(first: readonly ComparedLine[], second: readonly ComparedLine[]): ComparedRow[] {
  const rows: ComparedRow[] = [];
  let same = 0;
  let heading: ComparedRow | undefined;
  const flush = () => {
    if (same > 0) rows.push({ kind: 'same', count: same });
    same = 0;
  };
  for (let index = 0; index < Math.max(first.length, second.length); index++) {
    const [one, other] = [first[index], second[index]];
    const row = pairOf(one, other);
    if ((other ?? one)!.packet) {
      // A packet is named once one of its hops differs, or itself.
      heading = row;
      if (isSame(one, other)) continue;
    } else if (isSame(one, other)) {
      same++;
      continue;
    }
    flush();
    if (heading && heading !== row) rows.push(heading);
    heading = undefined;
    rows.push(row);
  }
  flush();
  return rows;
}

function isSame(one: ComparedLine | undefined, other: ComparedLine | undefined): boolean {
  return one?.title === other?.title && one?.parts.join('\n') === other?.parts.join('\n');
}

function pairOf(one: ComparedLine | undefined, other: ComparedLine | undefined): ComparedRow {
  const titles = [...new Set([one, other].flatMap((line) => (line ? [line.title] : [])))];
  return {
    kind: 'pair',
    title: titles.join(' | '),
    packet: (other ?? one)!.packet,
    first: one?.parts.filter((part) => !other?.parts.includes(part)),
    second: other?.parts.filter((part) => !one?.parts.includes(part)),
  };
}

/** A text in three: what it begins with like another, what differs, what it ends with like it. */
export function differenceOf(
  text: string,
  other: string,
): readonly [start: string, middle: string, end: string] {
  const [letters, others] = [[...text], [...other]];
  const most = Math.min(letters.length, others.length);
  let start = 0;
  while (start < most && letters[start] === others[start]) start++;
  let end = 0;
  while (end < most - start && letters.at(-1 - end) === others.at(-1 - end)) end++;
  const cut = letters.length - end;
  return [letters.slice(0, start).join(''), letters.slice(start, cut).join(''), letters.slice(cut).join('')];
}
