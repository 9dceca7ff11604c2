import { html, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { grid } from './grid.ts';

/** The whole panel. */
export function panelView(panel: Panel): TemplateResult {
  return html`<main>${grid(panel, true, 0)}</main>`;
}
