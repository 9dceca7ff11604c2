import { html, nothing, type TemplateResult } from 'lit';
import { markOrCompare } from '../comparison.ts';
import type { Panel } from '../panel.ts';
import type { DetailsTab } from '../panel-state.ts';
import { stepHop } from '../selection.ts';
import { bytesView } from './bytes-view.ts';
import { connectionView } from './connection-view.ts';
import { layersView } from './layers-view.ts';
import { mapDetails } from './map-stage.ts';
import { toolButton } from './tool-button.ts';

const tabs: readonly DetailsTab[] = ['layers', 'bytes', 'connection', 'map'];

/** What the details' own edges take of the panel's width. */
const ROOM = 32;

/** Everything about the selected hop. */
export function details(panel: Panel): TemplateResult | typeof nothing {
  const { text, detailsOpen, detailsTab, details: known } = panel.state;
  if (!detailsOpen) return nothing;
  const hop = known?.hop;
  const title = hop
    ? text('panel.details.of', { from: hop.from, to: hop.to || '–', segment: hop.segment })
    : text('panel.details.none');
  return html`<section class="details" aria-label=${text('panel.details')}>
    <div class="details-bar">
      <h2 title=${title}>${title}</h2>
      <div
        role="tablist"
        aria-label=${text('panel.details')}
        @keydown=${(event: KeyboardEvent) => key(panel, event)}
      >
        ${tabs.map(
          (tab) =>
            html`<button
              type="button"
              role="tab"
              id="tab-${tab}"
              aria-selected=${tab === detailsTab}
              aria-controls="details-body"
              tabindex=${tab === detailsTab ? 0 : -1}
              @click=${() => choose(panel, tab)}
            >
              ${text(`panel.tab.${tab}`)}
            </button>`,
        )}
      </div>
      <span class="spring"></span>
      <span class="tools">
        ${toolButton('diff', text(panel.state.marked ? 'panel.compare.with' : 'panel.compare'), () => markOrCompare(panel))}
        ${step(panel, -1, 'chevron-left', 'panel.step.back')}
        ${step(panel, 1, 'chevron-right', 'panel.step.on')}
        ${toolButton('close', text('panel.close'), () => panel.store.update({ detailsOpen: false }))}
      </span>
    </div>
    <div
      class="details-body"
      id="details-body"
      role="tabpanel"
      aria-labelledby="tab-${detailsTab}"
      tabindex="0"
    >
      ${body(panel)}
    </div>
  </section>`;
}

function body(panel: Panel): TemplateResult {
  const { text, details: known, detailsTab, cover } = panel.state;
  if (detailsTab === 'map') return mapDetails(panel, innerWidth - ROOM);
  if (cover && (detailsTab === 'connection' || isCovered(panel)))
    return html`<p class="hint">${text('panel.predict.closed')}</p>`;
  if (detailsTab === 'connection') return connectionView(panel);
  if (!known) return html`<p class="hint">${text('panel.details.hint')}</p>`;
  return detailsTab === 'layers' ? layersView(panel, known) : bytesView(panel, known);
}

/** A packet's details are those of its first hop. */
function isCovered({ selectedRow: row, table }: Panel): boolean {
  return row?.kind === 'packet' && table.hopsOf(row.journey)[0]?.covered === true;
}

function step(panel: Panel, by: 1 | -1, sign: string, key: string): TemplateResult {
  return toolButton(sign, panel.state.text(key), () => stepHop(panel, by));
}

export function choose(panel: Panel, tab: DetailsTab): void {
  panel.store.update({ detailsTab: tab });
}

function key(panel: Panel, event: KeyboardEvent): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  event.stopPropagation();
  const tab = tabs[(tabs.indexOf(panel.state.detailsTab) + by + tabs.length) % tabs.length]!;
  choose(panel, tab);
  document.getElementById(`tab-${tab}`)?.focus();
}
