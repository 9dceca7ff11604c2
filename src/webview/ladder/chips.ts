import type { Change, Changes } from '../rows/changes.ts';
import { changeText, moreText, shortText } from '../rows/changes.ts';
import type { Text } from '../text.ts';
import type { Sheet } from './scene.ts';
import { fit, type Measure } from './shapes.ts';

const HEIGHT = 16;
const PADDING = 6;
const SPACE = 6;

export interface ChipRoom {
  /** Chips are set around this, as far as the room allows. */
  readonly middle: number;
  readonly left: number;
  readonly right: number;
  /** Middle of the line. */
  readonly y: number;
}

/**
 * What was changed: first what should not be so, then the model's own doing as chips, the rest in a few quiet words behind. Where there is little room the
 * rest becomes its number first; then the chips leave out what was there before, which stands one hop above.
 */
export function chips(
  sheet: Sheet,
  changes: Changes,
  wrong: readonly string[],
  room: ChipRoom,
  text: Text,
  measure: Measure,
): void {
  const rest = routineText(changes, text);
  const full = [...wrong, ...changes.signature.map(changeText)];
  const available = room.right - room.left;
  const widthsOf = (labels: readonly string[]) =>
    labels.map((label) => measure(label, 'small') + 2 * PADDING);
  const widthOf = ({ labels, words }: { readonly labels: readonly string[]; readonly words: string }) =>
    widthsOf(labels).reduce((sum, width) => sum + width + SPACE, words ? measure(words, 'small') + SPACE : 0);
  const count = rest.slice(0, rest.indexOf(' '));
  const least = { labels: [...wrong, ...changes.signature.map(shortText)], words: count };
  const chosen =
    [
      { labels: full, words: rest },
      { labels: full, words: count },
    ].find((one) => widthOf(one) <= available) ?? least;
  const widths = widthsOf(chosen.labels);
  const restWidth = chosen.words ? measure(chosen.words, 'small') + SPACE : 0;
  let total = widthOf(chosen);
  const shrink = total > available ? Math.max(0.3, (available - restWidth) / (total - restWidth)) : 1;
  if (shrink < 1) total = available;
  let x = Math.round(Math.max(room.left, Math.min(room.middle - total / 2, room.right - total)));
  for (const [index, label] of chosen.labels.entries()) {
    const width = Math.floor(widths[index]! * shrink);
    const shown = fit(label, 'small', width - 2 * PADDING + 1, measure);
    chip(sheet, shown, x, room.y, width, full[index]!, index < wrong.length);
    x += width + SPACE;
  }
  if (!rest) return;
  const shown = fit(chosen.words, 'small', room.right - x, measure);
  sheet.shapes.push({ kind: 'text', x, y: room.y, text: shown, ink: 'muted', face: 'small', halo: true });
  const title = changes.routine.map(changeText).join('\n');
  sheet.hits.push({ x, y: room.y - HEIGHT / 2, width: restWidth, height: HEIGHT, title });
}

/** At the right end of the line, beside a whole header, as much as half of it has room for. Returns where the room ends then. */
export function wrongChips(
  sheet: Sheet,
  wrong: readonly string[],
  { left, right, y }: ChipRoom,
  measure: Measure,
): number {
  const [first, ...others] = wrong;
  if (first === undefined) return right;
  const label = others.length > 0 ? `${first}  +${others.length}` : first;
  const width = Math.min(Math.ceil(measure(label, 'small')) + 2 * PADDING, (right - left) / 2);
  const x = Math.floor(right - width);
  chip(sheet, fit(label, 'small', width - 2 * PADDING + 1, measure), x, y, width, wrong.join('\n'), true);
  return x - SPACE - 2;
}

/** One change in its frame. @param x Its left end. @param y Its middle. */
export function chip(
  { shapes, hits }: Sheet,
  label: string,
  x: number,
  y: number,
  width: number,
  title: string,
  isWrong = false,
): void {
  const top = y - HEIGHT / 2;
  shapes.push({
    kind: 'rect',
    x: x + 0.5,
    y: top + 0.5,
    width: width - 1,
    height: HEIGHT - 1,
    radius: 3,
    fill: 'chip',
    stroke: isWrong ? 'bad' : 'signature',
  });
  shapes.push({
    kind: 'text',
    x: x + PADDING,
    y,
    text: label,
    ink: isWrong ? 'bad' : 'foreground',
    face: 'small',
  });
  hits.push({ x, y: top, width, height: HEIGHT, title });
}

/** `+4 MACs, TTL 64 → 63, checksum`. */
export function routineText({ routine, more }: Changes, text: Text): string {
  const count = routine.length + more;
  if (count === 0) return '';
  const macs = routine.filter(isMac);
  const words = [
    macs.length > 0 ? text('panel.routine.macs') : '',
    ...routine.filter((change) => !isMac(change)).map(changeText),
    moreText(more, text),
  ];
  return `+${count}  ${words.filter(Boolean).join(', ')}`;
}

function isMac({ field }: Change): boolean {
  return field.endsWith('.mac');
}
