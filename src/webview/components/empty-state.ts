import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import type { Action } from '../../panel-protocol/messages.ts';
import { closeFilter } from '../settings.ts';
import { icon } from './icon.ts';
import { remedyButton } from './remedy-button.ts';

/** What stands where the rows would be, when there are none: what is going on, and what to do about it. */
export function emptyState(panel: Panel): TemplateResult | typeof nothing {
  const { text, lab, labState, filter } = panel.state;
  const act = (key: string, kind: Extract<Action['kind'], 'start' | 'restart' | 'new-topology'>) =>
    html`<vscode-button @click=${() => panel.host.send({ type: 'do', action: { kind } })}
      >${text(key)}</vscode-button
    >`;
  const show = (
    sign: string,
    title: string,
    words: string | typeof nothing,
    button: TemplateResult | typeof nothing = nothing,
  ) =>
    html`<div class="empty">
      ${icon(sign)}
      <h2>${title}</h2>
      ${words === nothing ? nothing : html`<p>${words}</p>`} ${button}
    </div>`;
  switch (labState.kind) {
    case 'none':
      return show(
        'type-hierarchy-sub',
        text(`panel.none.${labState.reason}`),
        text(`panel.none.${labState.reason}.hint`),
        labState.reason === 'no-file'
          ? act('panel.none.new', 'new-topology')
          : act('panel.none.start', 'start'),
      );
    case 'starting':
      return html`<div class="empty">
        <h2>${text('panel.state.starting')}</h2>
        <p>${text('panel.step', { step: labState.step, steps: labState.steps, what: labState.text })}</p>
        <progress
          aria-label=${text('panel.state.starting')}
          max=${labState.steps}
          value=${labState.step - 1}
        ></progress>
      </div>`;
    case 'failed':
      if (panel.table.flowCount > 0) return nothing;
      return show(
        'error',
        labState.message,
        nothing,
        html`${labState.canStart === false ? nothing : act('panel.none.start', 'restart')}${remedyButton(panel)}`,
      );
    case 'running':
    case 'stopped':
      // Changes of the file stay, whatever is asked for.
      if (!lab || panel.list.flows > 0 || (!filter && panel.list.rows.length > 0)) return nothing;
      if (panel.table.flowCount > 0 && filter)
        return show(
          'filter',
          text('panel.empty.filter'),
          filter,
          html`<vscode-button @click=${() => closeFilter(panel)}
            >${text('panel.filter.clear')}</vscode-button
          >`,
        );
      return show('pulse', text('panel.empty.frames'), text('panel.empty.frames.hint'));
  }
}
