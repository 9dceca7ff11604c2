import type { ComparisonTable, Line } from '../comparison/table.ts';
import { padded, widthOf, wrapped } from './columns.ts';
import type { Painter } from './paint.ts';

/** What is left of a line beside the labels is dealt out to the columns, but never so that a packet breaks in two. */
const LINE = 150;
const [NARROWEST, WIDEST] = [34, 46];
const BETWEEN = '  ';

/** The table as lines: one column of labels, then a column for each lab. */
export function comparisonLines(table: ComparisonTable, paint: Painter): string[] {
  const { title, columns, sections } = table;
  const labels = sections.flatMap(({ rows }) => rows.map(({ label }) => widthOf(label) + 2));
  const first = Math.max(...labels);
  const room = Math.floor((LINE - first) / columns.length) - BETWEEN.length;
  const width = Math.min(WIDEST, Math.max(NARROWEST, room));
  const row = (label: string, cells: readonly (readonly Line[])[]) =>
    rowLines(label, cells, first, width, paint);
  return [
    paint('heading', title),
    '',
    ...row(
      '',
      columns.map((column) => [{ text: column.title }, { text: column.note, tone: 'routine' }]),
    ),
    ...sections.flatMap((section) => [
      '',
      paint('heading', section.title),
      ...section.rows.flatMap(({ label, cells }) => row(`  ${label}`, cells)),
    ]),
  ];
}

function rowLines(
  label: string,
  cells: readonly (readonly Line[])[],
  first: number,
  width: number,
  paint: Painter,
): string[] {
  const columns = cells.map((lines) =>
    lines.flatMap(({ text, more, tone }) =>
      wrapped(more === undefined ? text : `${text}: ${more}`, width).map((piece) => ({
        piece,
        shown: tone ? paint(tone, piece) : piece,
      })),
    ),
  );
  const height = Math.max(1, ...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) => {
    const start = padded(at === 0 ? label : '', first);
    const last = columns.findLastIndex((lines) => at < lines.length);
    const pieces = columns.slice(0, last + 1).map((lines, index) => {
      const { piece = '', shown = '' } = lines[at] ?? {};
      // Colours have no width.
      return index === last ? shown : shown + padded(piece, width).slice(piece.length);
    });
    return [start, ...pieces].join(BETWEEN).trimEnd();
  });
}
