import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { promisesNow } from '../promises.ts';
import { toggleModel } from '../settings.ts';
import { icon } from './icon.ts';

/** How many of the model's promises hold; opens the model card. */
export function promisesButton(panel: Panel): TemplateResult | typeof nothing {
  const { text, modelOpen, lab } = panel.state;
  if (panel.cover) return nothing;
  // A mystery is silent about what holds.
  const now = lab?.mystery ? [] : promisesNow(panel);
  const tallies = (
    [
      ['kept', '✓', now.filter(({ verdict }) => verdict === 'kept').length],
      ['broken', '✗', now.filter(({ verdict }) => verdict === 'broken').length],
      ['not-seen', '○', now.filter(({ verdict }) => verdict === 'not seen').length],
    ] as const
  ).filter(([, , count]) => count > 0);
  return html`<button
    type="button"
    class="tool tallies"
    aria-expanded=${modelOpen}
    aria-controls=${modelOpen ? 'model-body' : nothing}
    title=${text('panel.promises.hint')}
    @click=${() => toggleModel(panel)}
  >
    <span class="noun">${text('panel.promises')}</span>
    ${tallies.map(
      ([name, sign, count]) =>
        html`<span class="tally ${name}"
          ><span aria-hidden="true">${sign} ${count}</span
          ><span class="heard">${text(`panel.verdicts.${name}`, { count })}</span></span
        >`,
    )}
    ${icon(modelOpen ? 'chevron-up' : 'chevron-down')}
  </button>`;
}
