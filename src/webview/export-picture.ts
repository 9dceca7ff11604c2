import { paperTheme } from './ladder/theme.ts';
import { picture, type WholePicture } from './ladder/whole-picture.ts';
import { canvasMeasure } from './ladder/measure.ts';
import type { Panel } from './panel.ts';

/** All rows as they are folded now, drawn for paper. */
export function pictureOf(panel: Panel): WholePicture {
  const { lab, lanes, timeMode, text } = panel.state;
  if (!lab) throw new Error(text('panel.no-lab'));
  const context = document.createElement('canvas').getContext('2d')!;
  return picture(panel.list, lab, lanes, {
    ...panel.words,
    measure: canvasMeasure(context, paperTheme),
    timeMode,
  });
}
