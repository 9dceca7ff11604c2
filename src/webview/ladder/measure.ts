import type { Face, Measure } from './shapes.ts';
import type { Theme } from './theme.ts';

/** Texts remembered before the memory is emptied: live labs bring new ports and times without end. */
const MOST_REMEMBERED = 20_000;

/** Measures with a canvas, each text once. */
export function canvasMeasure(context: CanvasRenderingContext2D, theme: Theme): Measure {
  const known = new Map<Face, Map<string, number>>();
  let count = 0;
  return (text, face) => {
    let widths = known.get(face);
    if (!widths) known.set(face, (widths = new Map()));
    let width = widths.get(text);
    if (width === undefined) {
      context.font = theme.fonts[face];
      width = context.measureText(text).width;
      if (++count > MOST_REMEMBERED) {
        known.clear();
        count = 0;
      }
      widths.set(text, width);
    }
    return width;
  };
}
