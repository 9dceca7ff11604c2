import { html, nothing, type TemplateResult } from 'lit';
import { completeFilter, type Completion } from '../filter/complete-filter.ts';
import { filterFault, mended, type FilterFault } from '../filter/filter-fault.ts';
import { kindOf, kinds, withKind, type Kind } from '../filter/kinds.ts';
import { matchFilter } from '../filter/match-filter.ts';
import { filterKeys, filterWords, parseFilter } from '../filter/parse-filter.ts';
import type { Panel } from '../panel.ts';
import { requestCounts, rowCounts } from '../counts.ts';
import { closeFilter, setFilter } from '../settings.ts';
import { icon } from './icon.ts';
import { toolButton } from './tool-button.ts';

/** The word under the cursor and the choice among its completions; gone when the field is left. */
interface Completing {
  readonly from: number;
  readonly to: number;
  readonly completions: readonly Counted[];
  readonly chosen: number;
}

/** With how many flows it leaves; undefined for a key, which leaves nothing by itself. */
interface Counted extends Completion {
  readonly flows: number | undefined;
}

let completing: Completing | undefined;

/** Where the filter is typed, with completions and what it leaves; there while it is in use. */
export function filterBar(panel: Panel): TemplateResult | typeof nothing {
  const { text, filter, filterOpen } = panel.state;
  if (!filterOpen && filter === '') return nothing;
  const open = completing !== undefined && completing.completions.length > 0;
  const fault = filterFault(filter, panel.state.lab);
  return html`<div class="filter-bar" role="search">
    <div class="field ${fault ? 'bad' : ''}">
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
        aria-invalid=${fault !== undefined}
        aria-describedby=${fault ? 'filter-fault' : nothing}
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
    ${kindChips(panel)}
    <span class="counts">${[...requestCounts(panel), ...rowCounts(panel)].join(' · ')}</span>
    ${fault ? faultLine(panel, fault) : nothing}
  </div>`;
}

/** The kinds of rows that are asked for most, one of them at a time. */
function kindChips(panel: Panel): TemplateResult {
  const { text, filter } = panel.state;
  const now = kindOf(filter);
  return html`<span class="levels kinds" role="group" aria-label=${text('panel.kinds')} data-roving
    >${(Object.keys(kinds) as Kind[]).map(
      (kind) =>
        html`<button
          type="button"
          class="level"
          aria-pressed=${kind === now}
          @click=${() => setFilter(panel, withKind(filter, kind))}
        >
          ${text(`panel.kind.${kind}`)}
        </button>`,
    )}</span
  >`;
}

function faultLine(panel: Panel, fault: FilterFault): TemplateResult {
  const { text, filter } = panel.state;
  const { kind, word, meant } = fault;
  return html`<p class="bad" id="filter-fault" role="status">
    ${text(`panel.filter.no-${kind}`, { word })}
    ${
      meant === undefined
        ? nothing
        : html`<button type="button" class="link" @click=${() => setFilter(panel, mended(filter, fault))}>
            ${text('panel.filter.meant', { word: meant })}
          </button>`
    }
  </p>`;
}

function list(panel: Panel, { completions, chosen }: Completing): TemplateResult {
  return html`<ul id="completions" role="listbox" aria-label=${panel.state.text('panel.filter')}>
    ${completions.map(
      ({ word, flows }, index) =>
        html`<li
          id="completion-${index}"
          role="option"
          aria-selected=${index === chosen}
          @pointerdown=${(event: Event) => {
            event.preventDefault();
            accept(panel, index);
          }}
        >
          <span class="word">${word}</span> <span class="quiet">${meaning(panel, word)}</span>
          <span class="quiet number">${flows ?? ''}</span>
        </li>`,
    )}
  </ul>`;
}

/** What a key or a word asks for; of a value it says enough itself. */
function meaning({ state: { text } }: Panel, word: string): string {
  const plain = word.replace(/^-/, '');
  const known = [...filterKeys.map((key) => `${key}:`), ...filterWords].includes(plain);
  return known ? text(`panel.filter.of.${plain.replace(':', '')}`) : '';
}

function complete(panel: Panel, text: string, cursor: number): Omit<Completing, 'to'> {
  const { table, names, state } = panel;
  const { from, completions } = completeFilter(text, cursor, state.lab);
  const flowsOf = (word: string) => {
    const shown = matchFilter(parseFilter(word), table, names);
    return [...table.flowIds()].filter((id) => shown?.flow(id) ?? true).length;
  };
  const counted = completions.map((one) => ({ ...one, flows: one.open ? undefined : flowsOf(one.word) }));
  return { from, completions: counted, chosen: -1 };
}

function typed(panel: Panel, input: HTMLInputElement): void {
  if (!panel.state.filterOpen) panel.store.update({ filterOpen: true });
  const to = input.selectionStart ?? input.value.length;
  completing = { to, ...complete(panel, input.value, to) };
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
  completing = { to: cursor, ...complete(panel, value, cursor) };
  setFilter(panel, value);
  const input = document.querySelector<HTMLInputElement>('#filter')!;
  input.value = value;
  input.setSelectionRange(cursor, cursor);
}

function close(panel: Panel): void {
  completing = undefined;
  panel.store.touch();
}
