import { html, nothing, type TemplateResult } from 'lit';
import { nameOf } from '../comparison.ts';
import type { Panel } from '../panel.ts';
import { icon } from './icon.ts';
import { toolButton } from './tool-button.ts';

/** What came of what was asked for, until it is closed. */
export function message({ state, store }: Panel): TemplateResult | typeof nothing {
  const { text, message: said } = state;
  if (!said) return nothing;
  const close = toolButton('close', text('panel.close'), () => store.update({ message: undefined }));
  return line(said.bad ? 'bad' : 'info', said.bad ? 'error' : 'info', said.words, close);
}

/** That the lab failed, or what waits to be compared. */
export function notices(panel: Panel): TemplateResult | typeof nothing {
  const { text, labState, marked } = panel.state;
  if (labState.kind === 'failed' && panel.table.flowCount > 0) return line('bad', 'error', labState.message);
  if (!marked) return nothing;
  return line(
    'info',
    'diff',
    text('panel.compare.marked', { what: nameOf(panel, marked) }),
    html`<button type="button" class="action" @click=${() => panel.store.update({ marked: undefined })}>
      ${text('panel.compare.cancel')}
    </button>`,
  );
}

function line(
  kind: string,
  sign: string,
  words: string,
  button: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<p class="notice ${kind}">${icon(sign)}<span>${words}</span>${button}</p>`;
}
