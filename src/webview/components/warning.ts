import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { explanationsNow } from '../promises.ts';
import { toggleModel } from '../settings.ts';
import { explanation } from './explanation.ts';

/** Why something went wrong: the first cause; the others are on the model card. */
export function warning(panel: Panel): TemplateResult | typeof nothing {
  const { text, modelOpen } = panel.state;
  const [first, ...others] = explanationsNow(panel);
  if (!first || modelOpen || panel.cover) return nothing;
  const more = html`<button type="button" class="link" @click=${() => toggleModel(panel)}>
    ${text('panel.warning.more', { count: others.length })}
  </button>`;
  return explanation(panel, first, others.length > 0 ? more : nothing);
}
