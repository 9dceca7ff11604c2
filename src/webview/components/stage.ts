import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Panel } from '../panel.ts';
import { setFollow, setPaused } from '../settings.ts';
import { emptyState } from './empty-state.ts';
import { grid } from './grid.ts';

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
export function stage(panel: Panel, { attach, asList, unseen }: Stage): TemplateResult {
  const { text, lab } = panel.state;
  const empty = emptyState(panel);
  return html`<section class="stage" aria-label=${text('panel.ladder')}>
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
    ${empty === nothing ? pill(panel, asList ? 0 : unseen) : nothing}
  </section>`;
}

/** That there is more than is in view: because the view is paused, or further down. */
function pill(panel: Panel, unseen: number): TemplateResult | typeof nothing {
  const { text, paused, filter, labState } = panel.state;
  if (paused) {
    const waiting = filter ? 0 : Math.max(0, panel.table.flowCount - panel.list.flows);
    return html`<button type="button" class="pill" @click=${() => setPaused(panel, false)}>
      ${text('panel.paused', { count: waiting })} ${text('panel.resume')}
    </button>`;
  }
  if (unseen === 0 || labState.kind !== 'running') return nothing;
  return html`<button type="button" class="pill" @click=${() => setFollow(panel, true)}>
    ${text('panel.unseen', { count: unseen })} ↓
  </button>`;
}
