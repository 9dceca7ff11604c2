import { html, nothing, type TemplateResult } from 'lit';
import type { PromiseVerdict } from '../../journey/report.ts';
import type { Panel } from '../panel.ts';
import { explanationsNow } from '../promises.ts';
import { explanation } from './explanation.ts';
import { frameLinks } from './frame-links.ts';
import { modelFacts } from './model-facts.ts';
import { modelPicture } from './model-picture.ts';

/** What the model promises, whether it was so, and why not. */
export function modelCard(panel: Panel): TemplateResult | typeof nothing {
  const { lab, promises, modelOpen } = panel.state;
  // It would tell what the reader of a covered hop is to say.
  if (!lab || !modelOpen || panel.cover) return nothing;
  return html`<section class="model-card" id="model-body" aria-label=${panel.state.text('panel.promises')}>
    ${explanationsNow(panel).map((one) => explanation(panel, one))} ${modelPicture(panel)}
    ${epochs(panel).map((one) =>
      promiseList(
        panel,
        one,
        promises.filter((promise) => promise.epoch === one),
      ),
    )}
    ${modelFacts(panel)}
    <button
      type="button"
      class="link compare-models"
      @click=${() => panel.host.send({ type: 'do', action: { kind: 'compare' } })}
    >
      ${panel.state.text('panel.card.compare')}
    </button>
  </section>`;
}

/** Newest first: what holds now comes before what held. */
function epochs({ state }: Panel): number[] {
  return [...new Set(state.promises.map(({ epoch }) => epoch))].sort((a, b) => b - a);
}

const signs = { kept: '✓', broken: '✗', 'not seen': '○' } as const;

function promiseList(panel: Panel, epoch: number, promises: readonly PromiseVerdict[]): TemplateResult {
  const { text } = panel.state;
  return html`
    ${epochs(panel).length > 1 ? html`<h3>${text('panel.epoch', { epoch })}</h3>` : nothing}
    <ul class="promises">
      ${promises.map(
        ({ text: words, verdict, evidence }) =>
          html`<li class=${verdict.replace(' ', '-')}>
            <span class="sign" aria-hidden="true">${signs[verdict]}</span>
            <span class="words">${words}</span>
            <span class="verdict">${text(`panel.verdict.${verdict}`)}</span>
            <span class="evidence">${frameLinks(panel, evidence)}</span>
          </li>`,
      )}
    </ul>
  `;
}
