import { rowWords } from '../rows/row-words.ts';
import type { RowOf, Scene, Sheet } from './scene.ts';
import { fit } from './shapes.ts';

/** A change of the file: a band across all lanes, for everything below it happened under another rule. */
export function changeShapes(sheet: Sheet, row: RowOf<'change'>, scene: Scene): void {
  const { geometry, text, measure, changes } = scene;
  const change = changes.find(({ epoch }) => epoch === row.epoch);
  if (!change) return;
  const { width, view } = geometry;
  const y = row.top + row.height / 2;
  const [top, bottom] = [row.top + 4, row.top + row.height - 4];
  sheet.shapes.push({ kind: 'rect', x: 0, y: top, width, height: bottom - top, fill: 'chip' });
  for (const at of [top, bottom]) {
    sheet.shapes.push({
      kind: 'line',
      x1: 0,
      y1: at + 0.5,
      x2: width,
      y2: at + 0.5,
      ink: 'signature',
      width: 1,
    });
  }
  const { what, result, change: list } = rowWords(row, scene);
  const line = change.line === undefined ? '' : text('panel.change.line', { line: change.line });
  const compare =
    change.before !== undefined && change.after !== undefined ? text('panel.change.compare') : '';
  const edge = view.right - 14;
  const compareWidth = compare ? measure(compare, 'small') + 14 : 0;
  const lineWidth = line ? measure(line, 'small') + 14 : 0;
  let x = view.left + 14;
  sheet.shapes.push({ kind: 'text', x, y, text: what, ink: 'foreground', face: 'smallStrong' });
  x += measure(what, 'smallStrong') + 12;
  const resultWidth = geometry.narrow || !result ? 0 : measure(result, 'small') + 14;
  const room = edge - compareWidth - lineWidth - resultWidth - x;
  sheet.shapes.push({
    kind: 'text',
    x,
    y,
    text: fit(list, 'small', room, measure),
    ink: 'foreground',
    face: 'small',
  });
  sheet.hits.push({ x, y: top, width: room, height: bottom - top, title: change.texts.join('\n') });
  let end = edge;
  const put = (words: string, link: boolean) => {
    sheet.shapes.push({
      kind: 'text',
      x: end,
      y,
      text: words,
      ink: link ? 'link' : 'muted',
      face: 'small',
      align: 'end',
    });
  };
  if (compare) {
    put(compare, true);
    sheet.hits.push({
      x: end - compareWidth,
      y: top,
      width: compareWidth + 8,
      height: bottom - top,
      action: { kind: 'compare', epoch: row.epoch },
    });
    end -= compareWidth;
  }
  if (line) {
    put(line, true);
    sheet.hits.push({
      x: end - lineWidth,
      y: top,
      width: lineWidth,
      height: bottom - top,
      action: { kind: 'open-line', line: change.line! },
    });
    end -= lineWidth;
  }
  if (resultWidth) put(result, false);
}
