import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Panel } from '../panel.ts';
import type { Row } from '../rows/row.ts';
import { rowWords } from '../rows/row-words.ts';
import { select, toggle } from '../selection.ts';

/** Rows around the selected one that are in the document at a time. */
const WINDOW = 40;
/** The same where the words are all there is to see. */
const LIST_WINDOW = 400;

/** The rows as words: what a screen reader reads, and what narrow panels show instead of the ladder. */
export function grid(panel: Panel, visible: boolean): TemplateResult {
  const { text, selected } = panel.state;
  const { rows, index } = panel.list;
  const centre = (selected === undefined ? undefined : index.get(selected)) ?? 0;
  const size = visible ? LIST_WINDOW : WINDOW;
  const from = Math.max(0, Math.min(centre - size / 2, rows.length - size));
  const shown = rows.slice(from, from + size);
  return html`<div
    class=${visible ? 'grid' : 'grid heard'}
    role="treegrid"
    tabindex="0"
    aria-label=${text('panel.grid')}
    aria-rowcount=${rows.length}
    aria-colcount="4"
    aria-activedescendant=${shown.some(({ key }) => key === selected) ? `row-${selected}` : nothing}
  >
    ${repeat(
      shown,
      ({ key }) => key,
      (row, at) => rowTemplate(panel, row, from + at),
    )}
  </div>`;
}

function rowTemplate(panel: Panel, row: Row, index: number): TemplateResult {
  const words = rowWords(row, panel.words);
  return html`<div
    role="row"
    id="row-${row.key}"
    class="row ${row.kind}"
    aria-level=${row.level}
    aria-rowindex=${index + 1}
    aria-selected=${panel.state.selected === row.key}
    aria-expanded=${row.open ?? nothing}
    @click=${() => select(panel, row.key)}
    @dblclick=${() => toggle(panel, row)}
  >
    <span role="gridcell" class="what">${words.what}</span>
    <span role="gridcell" class="way">${words.way}</span>
    <span role="gridcell" class="change">${words.change}</span>
    <span role="gridcell" class="result">${words.result}</span>
  </div>`;
}
