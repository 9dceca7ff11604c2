import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Panel } from '../panel.ts';
import { grid } from './grid.ts';

export interface Stage {
  readonly attach: (scroller: Element | undefined) => void;
}

/** The ladder with the rows as words beside it, heard but not seen. */
export function stage(panel: Panel, { attach }: Stage): TemplateResult {
  return html`<section class="stage" aria-label=${panel.state.text('panel.ladder')}>
    <div class="scroller" ${ref(attach)}>
      <canvas aria-hidden="true"></canvas>
      <div class="extent"></div>
    </div>
    ${grid(panel, false, 0)}
  </section>`;
}
