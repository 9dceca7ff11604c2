import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { cards } from './cards.ts';
import { fileFault } from './file-fault.ts';
import { gist } from './gist.ts';
import { lesson } from './lesson.ts';
import { mysteryBand } from './mystery-band.ts';
import { message, notices } from './notices.ts';
import { warning } from './warning.ts';

/** What can stand between the title line and the ladder, or `nothing`. */
type Fill = (panel: Panel) => TemplateResult | typeof nothing;

/**
 * The most pressing first: what came of what was just asked for, that what was saved is not in force, how the lab is,
 * what leads the reader on, why something went wrong, and when there is nothing else what the model does.
 */
const fills: readonly Fill[] = [
  message,
  fileFault,
  notices,
  mysteryBand,
  uncoveredLesson,
  cards,
  warning,
  gist,
];

/** A lesson tells what there is to be seen: not while the reader is asked. */
function uncoveredLesson(panel: Panel): TemplateResult | typeof nothing {
  return panel.cover ? nothing : lesson(panel);
}

/** The one band above the ladder: however much there is to say, one thing at a time, so that the ladder keeps its room. */
export function slot(panel: Panel): TemplateResult | typeof nothing {
  for (const fill of fills) {
    const content = fill(panel);
    if (content !== nothing) return html`<div class="slot">${content}</div>`;
  }
  return nothing;
}
