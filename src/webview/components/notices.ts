import { html, nothing, type TemplateResult } from 'lit';
import { nameOf } from '../comparison.ts';
import type { Panel } from '../panel.ts';
import { icon } from './icon.ts';
import { toolButton } from './tool-button.ts';

/** What came of what was asked for, that the lab failed, or what waits to be compared. */
export function notices(panel: Panel): TemplateResult | typeof nothing {
  const { text, labState, marked, message } = panel.state;
  if (message) {
    const close = toolButton('close', text('panel.close'), () => panel.store.update({ message: undefined }));
    return line(message.bad ? 'bad' : 'info', message.bad ? 'error' : 'info', message.words, close);
  }
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
