import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Panel } from '../panel.ts';
import { setFollow } from '../settings.ts';
import { emptyState } from './empty-state.ts';
import { grid } from './grid.ts';
import { mapStage } from './map-stage.ts';

export interface Stage {
  /** The ladder's scroller has come or gone. */
  readonly attach: (scroller: Element | undefined) => void;
  /** Too narrow for lanes. */
  readonly asList: boolean;
  /** Pixels for the map beside the ladder; 0 where there is no room. */
  readonly mapWidth: number;
  /** Flows below what has been in view. */
  readonly unseen: number;
}

/** The ladder with the rows as words beside it, which are what is heard and has the focus; in a narrow panel the words alone. */
export function stage(panel: Panel, { attach, asList, mapWidth, unseen }: Stage): TemplateResult {
  const { text, lab, mapOpen } = panel.state;
  const empty = emptyState(panel);
  return html`<section class="stage" aria-label=${text('panel.ladder')}>
    ${mapWidth > 0 && lab && mapOpen ? mapStage(panel, mapWidth) : nothing}
    ${
      asList
        ? grid(panel, true)
        : html`<div class="scroller" ${ref(attach)} tabindex="-1" aria-hidden="true">
              <canvas aria-hidden="true" ?hidden=${!lab}></canvas>
              <div class="extent"></div>
            </div>
            ${grid(panel, false)}`
    }
    ${empty === nothing ? nothing : html`<div class="empty-room">${empty}</div>`}
    ${
      unseen > 0 && empty === nothing && !asList
        ? html`<button type="button" class="pill" @click=${() => setFollow(panel, true)}>
            ${text('panel.unseen', { count: unseen })} ↓
          </button>`
        : nothing
    }
  </section>`;
}
