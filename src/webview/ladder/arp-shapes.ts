import { arpWords } from '../rows/row-words.ts';
import type { RowOf, Scene, Sheet } from './scene.ts';
import { fit, type Face, type Ink } from './shapes.ts';
import { twisty } from './twisty.ts';

/** ARP flows between two others, in one quiet line. */
export function arpShapes(sheet: Sheet, row: RowOf<'arp'>, scene: Scene): void {
  const { geometry, measure, table } = scene;
  const { left, right } = geometry.view;
  const y = row.top + row.height / 2;
  const put = (text: string, x: number, face: Face, ink: Ink, align: 'start' | 'end' = 'start') =>
    sheet.shapes.push({ kind: 'text', x, y, text, ink, face, align });
  const { what, way, change, result } = arpWords(row.flows, scene);
  const hasFailed = row.flows.some((flow) => table.hasFailed(flow));
  const [sign, ink]: readonly [string, Ink] = hasFailed
    ? ['✗', 'bad']
    : result
      ? ['▲', 'warn']
      : ['✓', 'muted'];
  twisty(sheet, row, left + 14, y);
  put(sign, left + 28, 'strong', ink);
  const start = left + 86;
  put(what, start, 'ui', 'muted');

  const edge = right - 14;
  if (!geometry.narrow) put(change, edge - 74, 'small', 'muted', 'end');
  const resultEnd = geometry.narrow ? edge - 74 : edge - 156;
  const shown = fit(result, 'small', (resultEnd - start) * 0.4, measure);
  put(shown, resultEnd, 'small', ink, 'end');
  const wayAt = start + Math.max(measure(what, 'ui'), geometry.narrow ? 0 : 74) + 14;
  put(fit(way, 'ui', resultEnd - measure(shown, 'small') - 16 - wayAt, measure), wayAt, 'ui', 'muted');
}
