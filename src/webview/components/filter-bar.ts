import { html, nothing, type TemplateResult } from 'lit';
import { completeFilter, type Completion } from '../filter/complete-filter.ts';
import type { Panel } from '../panel.ts';
import { requestCounts, rowCounts } from '../counts.ts';
import { closeFilter, setFilter } from '../settings.ts';
import { icon } from './icon.ts';
import { toolButton } from './tool-button.ts';

/** The word under the cursor and the choice among its completions; gone when the field is left. */
interface Completing {
  readonly from: number;
  readonly to: number;
  readonly completions: readonly Completion[];
  readonly chosen: number;
}

let completing: Completing | undefined;

/** Where the filter is typed, with completions and what it leaves; there while it is in use. */
export function filterBar(panel: Panel): TemplateResult | typeof nothing {
  const { text, filter, filterOpen } = panel.state;
  if (!filterOpen && filter === '') return nothing;
  const open = completing !== undefined && completing.completions.length > 0;
  return html`<div class="filter-bar" role="search">
    <div class="field">
      ${icon('search')}
      <input
        id="filter"
        type="text"
        spellcheck="false"
        autocomplete="off"
        role="combobox"
        aria-label=${text('panel.filter')}
        aria-expanded=${open}
        aria-controls=${open ? 'completions' : nothing}
        aria-autocomplete="list"
        aria-activedescendant=${open && completing!.chosen >= 0 ? `completion-${completing!.chosen}` : nothing}
        placeholder=${text('panel.filter.example')}
        .value=${filter}
        @input=${(event: Event) => typed(panel, event.target as HTMLInputElement)}
        @focus=${(event: Event) => typed(panel, event.target as HTMLInputElement)}
        @keydown=${(event: KeyboardEvent) => key(panel, event)}
        @blur=${() => close(panel)}
      />
      ${toolButton('close', text('panel.filter.clear'), () => closeFilter(panel))}
      ${open ? list(panel, completing!) : nothing}
    </div>
    <span class="counts">${[...requestCounts(panel), ...rowCounts(panel)].join(' · ')}</span>
  </div>`;
}

function list(panel: Panel, { completions, chosen }: Completing): TemplateResult {
  return html`<ul id="completions" role="listbox" aria-label=${panel.state.text('panel.filter')}>
    ${completions.map(
      ({ word }, index) =>
        html`<li
          id="completion-${index}"
          role="option"
          aria-selected=${index === chosen}
          @pointerdown=${(event: Event) => {
            event.preventDefault();
            accept(panel, index);
          }}
        >
          <span>${word}</span>
        </li>`,
    )}
  </ul>`;
}

function typed(panel: Panel, input: HTMLInputElement): void {
  if (!panel.state.filterOpen) panel.store.update({ filterOpen: true });
  const to = input.selectionStart ?? input.value.length;
  const { from, completions } = completeFilter(input.value, to, panel.state.lab);
  completing = { from, to, completions, chosen: -1 };
  if (input.value !== panel.state.filter) setFilter(panel, input.value);
  panel.store.touch();
}

function key(panel: Panel, event: KeyboardEvent): void {
  const { completions = [], chosen = -1 } = completing ?? {};
  const count = completions.length;
  if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && count > 0) {
    const step = event.key === 'ArrowDown' ? 1 : -1;
    completing = {
      ...completing!,
      chosen: (chosen + step + count + (chosen < 0 && step < 0 ? 1 : 0)) % count,
    };
    panel.store.touch();
  } else if (count > 0 && (chosen >= 0 || isBegun(completing!)) && isPlainTab(event)) {
    accept(panel, Math.max(0, chosen));
  } else if (count > 0 && chosen >= 0 && event.key === 'Enter') {
    accept(panel, chosen);
  } else if (event.key === 'Enter' || (event.key === 'Escape' && count === 0)) {
    close(panel);
    if (panel.state.filter === '') closeFilter(panel);
    document.querySelector<HTMLElement>('[role=treegrid]')?.focus();
  } else if (event.key === 'Escape') {
    close(panel);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Behind a finished word Tab leaves the field, as anywhere. */
function isBegun({ from, to }: Completing): boolean {
  return to > from;
}

function isPlainTab({ key: name, shiftKey }: KeyboardEvent): boolean {
  return name === 'Tab' && !shiftKey;
}

function accept(panel: Panel, index: number): void {
  if (!completing) return;
  const { from, to, completions } = completing;
  const { word, open } = completions[index]!;
  const { filter } = panel.state;
  const value = `${filter.slice(0, from)}${word}${open ? '' : ' '}${filter.slice(to).trimStart()}`;
  const cursor = from + word.length + (open ? 0 : 1);
  completing = { to: cursor, ...completeFilter(value, cursor, panel.state.lab), chosen: -1 };
  setFilter(panel, value);
  const input = document.querySelector<HTMLInputElement>('#filter')!;
  input.value = value;
  input.setSelectionRange(cursor, cursor);
}

function close(panel: Panel): void {
  completing = undefined;
  panel.store.touch();
}
