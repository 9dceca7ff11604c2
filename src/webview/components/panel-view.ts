import { html, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { stage, type Stage } from './stage.ts';

/** The whole panel. */
export function panelView(panel: Panel, parts: Stage): TemplateResult {
  return html`<main>${stage(panel, parts)}</main>`;
}
