import type { HopRow } from '../records/hop-row.ts';
import { arrivalText } from '../rows/row-words.ts';
import { cross } from './arrow.ts';
import type { Scene, Sheet } from './scene.ts';
import { fit, type Ink, type Shape } from './shapes.ts';

/** What the receiver did with the frame, under its lane: a mark on the lane and words beside it. */
export function arrival(sheet: Sheet, hop: HopRow, x: number, y: number, scene: Scene): void {
  const { geometry, names, text, measure } = scene;
  sheet.shapes.push(...arrivalMark(hop, x, y));
  const words = arrivalText(hop, names, text);
  const ink = inkOf(hop);
  const space = geometry.view.right - 10 - (x + 10);
  const wanted = measure(words, 'small');
  // On the side with more room, when it does not fit on the right.
  const left = wanted > space && x - geometry.gutter > space;
  const room = left ? x - 10 - 8 : space;
  const shown = fit(words, 'small', room, measure);
  sheet.shapes.push({
    kind: 'text',
    x: left ? x - 10 : x + 10,
    y,
    text: shown,
    ink,
    face: 'small',
    align: left ? 'end' : 'start',
    halo: true,
  });
  if (shown === words) return;
  const width = measure(shown, 'small');
  sheet.hits.push({ x: left ? x - 10 - width : x + 10, y: y - 9, width, height: 18, title: words });
}

/** Whether what a receiver did is a fault, an end, or neither. */
export function inkOf({ fate, reason }: Pick<HopRow, 'fate' | 'reason'>): Ink {
  if (fate === 'dropped' || fate === 'lost') return 'bad';
  if (fate === 'accepted' || fate === 'unwrapped') return 'good';
  if (fate === 'answered' && reason) return 'bad';
  return 'muted';
}

/** What the receiver did, as a mark on its lane. */
export function arrivalMark(hop: Pick<HopRow, 'fate' | 'reason'>, x: number, y: number): Shape[] {
  const ink = inkOf(hop);
  switch (hop.fate) {
    case 'dropped':
    case 'lost':
      return cross(x, y, 4);
    case 'ignored':
      return [{ kind: 'circle', x, y, radius: 3.5, fill: 'background', stroke: 'muted' }];
    case 'held':
    case 'unseen':
      return [
        { kind: 'rect', x: x - 3.5, y: y - 3.5, width: 7, height: 7, fill: 'background', stroke: 'muted' },
      ];
    case 'forwarded':
      return [{ kind: 'polygon', points: [x - 4, y - 4, x + 4, y, x - 4, y + 4], closed: true, fill: ink }];
    case 'accepted':
    case 'answered':
    case 'unwrapped':
      return [{ kind: 'polygon', points: [x - 5, y - 4, x + 5, y - 4, x, y + 4], closed: true, fill: ink }];
  }
}
