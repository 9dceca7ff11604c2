import type { Row } from '../rows/row.ts';
import type { Sheet } from './scene.ts';

/** The mark that a row folds by. */
export function twisty({ shapes, hits }: Sheet, row: Row, x: number, y: number): void {
  if (row.open === undefined) return;
  const points = row.open ? [x - 4, y - 2, x, y + 2, x + 4, y - 2] : [x - 2, y - 4, x + 2, y, x - 2, y + 4];
  shapes.push({ kind: 'polygon', points, closed: false, stroke: 'foreground', width: 1.3 });
  hits.push({
    x: x - 10,
    y: row.top,
    width: 22,
    height: row.height,
    action: { kind: 'toggle', key: row.key },
  });
}
