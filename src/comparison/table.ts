import { type VariantName, variants } from '../models/models.ts';
import type { Translate } from '../l10n/translate.ts';
import { changeText } from '../journey/change-text.ts';
import type { ForwardingTimes } from './forwarding-times.ts';
import type { Cell, Column, Comparison, Row, Sight } from './comparison.ts';

/** A comparison in words, as every reader of it sees it: columns are labs, cells are lines. */
export interface ComparisonTable {
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly note: string }[];
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly rows: readonly { readonly label: string; readonly cells: readonly (readonly Line[])[] }[];
}

/** Without a tone it is plain. */
export interface Line {
  readonly text: string;
  /** What it sums up; of a line that sums up the same as the one before it in its column, it is left out. */
  readonly more?: string;
  readonly tone?: 'signature' | 'routine' | 'good' | 'bad' | 'warning';
}

export interface TableOptions {
  readonly translate: Translate;
  /** Addresses as they are on the wire; otherwise what people call them. */
  readonly values: boolean;
  /** What a packet costs in the forwarder, where somebody measured it. */
  readonly times?: ForwardingTimes | undefined;
}

export function comparisonTable(
  { request, columns, rows }: Comparison,
  options: TableOptions,
): ComparisonTable {
  const { translate } = options;
  const isOneLab = new Set(columns.map(({ lab }) => lab)).size === 1;
  const what = request || translate(`comparison.${unnamed({ columns, rows })}`);
  const title = translate(isOneLab ? 'comparison.title.same' : 'comparison.title', {
    request: what,
    count: columns.length,
  });
  const folds = columns.map(() => folding(translate));
  const stepRows = rows.map(({ direction, role, cells }) => ({
    direction,
    label: translate(`comparison.from.${role}`),
    cells: cells.map((cell, index) => stepLines(cell, columns[index]!, options).map(folds[index]!)),
  }));
  const steps = (wanted: Row['direction']) =>
    stepRows.flatMap(({ direction, ...row }) => (direction === wanted ? [row] : []));
  return {
    title,
    columns: columns.map((column) => ({
      title: translate(`comparison.variant.${column.variant}`),
      note: translate(`comparison.${originOf(column)}`, { lab: column.lab }),
    })),
    sections: [
      { title: translate('comparison.section.network'), rows: networkRows(columns, options) },
      { title: translate('comparison.section.request'), rows: steps('request') },
      { title: translate('comparison.section.reply'), rows: steps('reply') },
      { title: translate('comparison.section.sums'), rows: sumRows(columns, options) },
    ].filter((section) => section.rows.length > 0),
  };
}

/** What was asked, where no words of it are known. */
function unnamed({ columns, rows }: Pick<Comparison, 'columns' | 'rows'>): string {
  const kinds = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.kind ?? []));
  if (kinds.length > 0 && !kinds.some((kind) => kind.startsWith('echo'))) return 'some-request';
  return columns.some(({ sums }) => sums?.outcome) ? 'ping' : 'nothing-asked';
}

function originOf({ recording, isAsWritten }: Column): string {
  if (recording) return 'recorded';
  return isAsWritten ? 'as-written' : 'derived';
}

type Rows = Section['rows'];

function networkRows(columns: readonly Column[], { translate }: TableOptions): Rows {
  const row = (id: string, lines: (column: Column) => Line[]) => ({
    label: translate(`comparison.row.${id}`),
    cells: columns.map(lines),
  });
  const rows: Rows[number][] = [];
  if (columns.some(({ recording }) => recording))
    rows.push(row('inferred', ({ recording }) => (recording ? [{ text: recording.inferred }] : [])));
  if (columns.every(({ recording }) => recording)) return rows;
  rows.push(
    row('changes', (column) => {
      if (column.recording) return [];
      if (!column.sums) return refusal(column, translate);
      if (column.changes.length === 0) return [{ text: translate('comparison.nothing'), tone: 'routine' }];
      return column.changes.map(({ kind, params }) => ({
        text: translate(`comparison.change.${kind}`, params),
      }));
    }),
  );
  if (!columns.some(({ sums, problems }) => sums && problems.length > 0)) return rows;
  rows.push(row('problems', (column) => (column.sums ? problemLines(column, translate, 'warning') : [])));
  return rows;
}

function refusal(column: Column, translate: Translate): Line[] {
  const errors = column.problems.filter(({ severity }) => severity === 'error');
  const remedies = errors.slice(0, 1).map(({ code, params }) => ({
    text: translate(`problem.${code}.remedy`, params),
  }));
  const why = problemLines({ problems: errors }, translate, 'bad');
  return [{ text: translate('comparison.no-such-lab'), tone: 'bad' }, ...why, ...remedies];
}

function problemLines(
  { problems }: Pick<Column, 'problems'>,
  translate: Translate,
  tone: NonNullable<Line['tone']>,
): Line[] {
  // What is so of every server is seen by one.
  const first = problems.filter(
    ({ code }, index) => problems.findIndex((one) => one.code === code) === index,
  );
  const more = problems.length - first.length;
  const lines = first.map(({ code, params }): Line => ({ text: translate(`problem.${code}`, params), tone }));
  if (more > 0) lines.push({ text: translate('comparison.more', { count: more }), tone: 'routine' });
  return lines;
}

function stepLines(cell: Cell | null, column: Column, { translate, values }: TableOptions): Line[] {
  if (!cell) return column.sums ? notSeen(translate) : [];
  const names = namer(column, values);
  const { from, to, segment, packet, changes, unexpected, arrival } = cell;
  const signature = changes.filter(({ role }) => role === 'signature');
  const routine = changes.filter(({ role }) => role === 'routine').map(({ field }) => field);
  return [
    { text: `${from} → ${to || '?'} · ${segment}` },
    { text: names(packet) },
    ...signature.map((change): Line => ({ text: changeText(change, names), tone: 'signature' })),
    ...(routine.length > 0 ? [routineLine(routine, translate)] : []),
    ...unexpected.map(({ field, expected, observed }): Line => {
      const params = { field, expected: names(expected), observed: names(observed) };
      return { text: translate('comparison.unexpected', params), tone: 'bad' };
    }),
    ...arrivalLines(arrival, translate),
  ];
}

function routineLine(fields: readonly string[], translate: Translate): Line {
  const text = translate('comparison.changed.routine', { count: fields.length });
  return { text, more: fields.join(', '), tone: 'routine' };
}

/** Of lines of one column, from top to bottom: what sums up the same as the one before says so, and no more. */
function folding(translate: Translate): (line: Line) => Line {
  let last: string | undefined;
  return (line) => {
    if (line.more === undefined) return line;
    const { more, ...rest } = line;
    if (more === last) return { ...rest, text: translate('comparison.as-above', { text: line.text }) };
    last = more;
    return line;
  };
}

function arrivalLines({ fate, reason }: Cell['arrival'], translate: Translate): Line[] {
  if (fate === 'forwarded') return [];
  const why = reason ? `: ${translate(`reason.${reason}`)}` : '';
  const isBad = fate === 'dropped' || fate === 'lost';
  return [{ text: `▼ ${translate(`fate.${fate}`)}${why}`, tone: isBad ? 'bad' : 'routine' }];
}

function sumRows(columns: readonly Column[], options: TableOptions): Rows {
  const { translate, times } = options;
  const row = (id: string, lines: (column: Column) => readonly Line[]) => ({
    label: translate(`comparison.row.${id}`),
    cells: columns.map((column) => (id === 'needs' || column.sums ? lines(column) : [])),
  });
  return [
    row('outcome', ({ recording, sums }) => {
      const { outcome } = sums!;
      if (!outcome) return recording ? notSeen(translate) : [];
      const tone = outcome === 'answered' ? 'good' : 'bad';
      return [{ text: translate(`comparison.outcome.${outcome}`), tone }];
    }),
    row('through', ({ recording, sums }) => {
      if (recording && sums!.forwarders.length === 0) return notSeen(translate);
      return sums!.forwarders.map(({ node, packets, bytes }) => ({
        text: translate('comparison.through', { node, packets, all: sums!.packets, bytes }),
      }));
    }),
    row('added', ({ sums }) => {
      if (!sums!.added) return notSeen(translate);
      const { bytes, packets: count } = sums!.added;
      if (count === 0) return [{ text: translate('comparison.added.none'), tone: 'routine' }];
      return [{ text: translate('comparison.added', { bytes, count }) }];
    }),
    row('server-sees', (column) => sightLines(column.sums!.serverSees, column, options)),
    row('client-sees', (column) => sightLines(column.sums!.clientSees, column, options)),
    ...(times ? [row('time', ({ variant }) => timeLines(variant, times, translate))] : []),
    row('needs', ({ variant }) =>
      variants[variant].needs.map((id) => ({ text: translate(`model.needs.${id}`) })),
    ),
  ];
}

/** Against DR: of a time by itself nobody knows whether it is much. */
function timeLines(variant: VariantName, { ratios }: ForwardingTimes, translate: Translate): Line[] {
  const ratio = ratios.find((one) => one.variant === variant)?.ratio;
  if (ratio === undefined) return notSeen(translate);
  return [{ text: translate('comparison.time', { ratio: ratio.toFixed(1) }) }];
}

function sightLines(sight: Sight | undefined, column: Column, { translate }: TableOptions): Line[] {
  if (!sight) return notSeen(translate);
  const { sender } = sight;
  const name = column.names[sender.replace(/:\d+$/, '')];
  return [{ text: name === undefined ? sender : translate('comparison.sees', { sender, name }) }];
}

function notSeen(translate: Translate): Line[] {
  return [{ text: translate('comparison.not-seen'), tone: 'routine' }];
}

function namer({ names }: Column, values: boolean): (text: string) => string {
  if (values) return (text) => text;
  return (text) =>
    text.replace(/[0-9a-f]+(?:[:.][0-9a-f]+)+/g, (part) => {
      if (Object.hasOwn(names, part)) return names[part]!;
      const [address = '', port] = part.split(':');
      return port !== undefined && Object.hasOwn(names, address) ? `${names[address]!}:${port}` : part;
    });
}
