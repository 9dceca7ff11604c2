import type { Row } from '../rows/row.ts';
import { arpShapes } from './arp-shapes.ts';
import { changeShapes } from './change-shapes.ts';
import { nodesOf } from './geometry.ts';
import { flowShapes } from './flow-shapes.ts';
import { hopShapes } from './hop-shapes.ts';
import { packetShapes } from './packet-shapes.ts';
import type { Scene, Sheet } from './scene.ts';
import type { Picture, Shape } from './shapes.ts';

/** The given rows, drawn where they stand in the list: first what lies behind them, then each row. */
export function layoutRows(rows: readonly Row[], scene: Scene): Picture {
  const sheet: Picture = { shapes: [], hits: [] };
  const [first, last] = [rows[0], rows[rows.length - 1]];
  if (!first || !last) return sheet;
  behind(sheet, first.top, last.top + last.height, scene);
  for (const row of rows) {
    if (row.kind !== 'packet' && row.kind !== 'hop') ground(sheet, row, scene);
    state(sheet, row, scene);
    const from = sheet.shapes.length;
    drawRow(sheet, row, scene);
    if (row.key === scene.selected) withoutHalos(sheet.shapes, from);
  }
  return sheet;
}

/** The lanes' own lines, and a light behind those that the editor's cursor is on. */
function behind({ shapes }: Sheet, top: number, bottom: number, { geometry, highlighted }: Scene): void {
  for (const { slot, x, width: room } of geometry.lanes) {
    if (slot.kind === 'fold') continue;
    if (nodesOf(slot).some((node) => highlighted.includes(node))) {
      const width = Math.min(room - 8, 72);
      shapes.push({ kind: 'rect', x: x - width / 2, y: top, width, height: bottom - top, fill: 'highlight' });
    }
    // Several nodes are several lines.
    for (const dx of nodesOf(slot).length > 1 ? [-3, 0, 3] : [0])
      shapes.push({ kind: 'line', x1: x + dx, y1: top, x2: x + dx, y2: bottom, ink: 'lane', width: 1 });
  }
}

/** On the selection's ground a halo in the page's colour would stand out. */
function withoutHalos(shapes: Shape[], from: number): void {
  for (let index = from; index < shapes.length; index++) {
    const shape = shapes[index]!;
    if (shape.kind === 'text' && shape.halo) shapes[index] = { ...shape, halo: false };
  }
}

/** Flows and changes of the file hide the lanes: they are headings. */
function ground({ shapes }: Sheet, { top, height, open }: Row, { geometry }: Scene): void {
  const { width } = geometry;
  shapes.push({ kind: 'rect', x: 0, y: top, width, height, fill: open ? 'raised' : 'background' });
  shapes.push({ kind: 'line', x1: 0, y1: top + 0.5, x2: width, y2: top + 0.5, ink: 'rule', width: 1 });
}

/** Hover and selection. */
function state({ shapes }: Sheet, row: Row, { selected, hovered, geometry }: Scene): void {
  const { top, height, key } = row;
  const place = { x: 0, y: top, width: geometry.width, height };
  if (key === hovered && key !== selected) shapes.push({ kind: 'rect', ...place, fill: 'hover' });
  if (key !== selected) return;
  shapes.push({ kind: 'rect', ...place, fill: 'selection' });
  shapes.push({
    kind: 'rect',
    x: 0.5,
    y: top + 0.5,
    width: geometry.width - 1,
    height: height - 1,
    stroke: 'focus',
  });
}

function drawRow(sheet: Sheet, row: Row, scene: Scene): void {
  switch (row.kind) {
    case 'flow':
      return flowShapes(sheet, row, scene);
    case 'arp':
      return arpShapes(sheet, row, scene);
    case 'packet':
      return packetShapes(sheet, row, scene);
    case 'hop':
      return hopShapes(sheet, row, scene);
    case 'change':
      return changeShapes(sheet, row, scene);
  }
}
