import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation, PromiseVerdict } from '../../journey/report.ts';
import type { Panel } from '../panel.ts';
import { variantOf } from '../../models/models.ts';
import { revealFrame } from '../reveal-frame.ts';
import { toggleModel } from '../settings.ts';
import { icon } from './icon.ts';
import { modelFacts } from './model-facts.ts';
import { modelPicture } from './model-picture.ts';

/** What the model does, what it promises, whether it was so, and why not. */
export function modelCard(panel: Panel): TemplateResult | typeof nothing {
  const { text, lab, promises, modelOpen, explanations } = panel.state;
  // It would tell what the reader is to say.
  if (!lab || panel.cover) return nothing;
  const epoch = latestEpoch(panel);
  const now = promises.filter((one) => one.epoch === epoch);
  const why = explanations.filter((one) => one.epoch === epoch);
  const count = (verdict: PromiseVerdict['verdict']) => now.filter((one) => one.verdict === verdict).length;
  const tally = (name: 'kept' | 'broken' | 'not-seen', sign: string, number: number) =>
    html`<span class="tally ${name} ${number === 0 ? 'none' : ''}"
      >${sign} ${text(`panel.verdicts.${name}`, { count: number })}</span
    >`;
  return html`<section class="model-card">
    <h2>
      <button
        type="button"
        aria-expanded=${modelOpen}
        aria-controls="model-body"
        @click=${() => toggleModel(panel)}
      >
        ${icon(modelOpen ? 'chevron-down' : 'chevron-right')}
        <span class="gist"
          ><strong>${text(`panel.model.${lab.model}`)}</strong> ${text(`panel.gist.${variantOf(lab)}`)}</span
        >
        <span class="tallies"
          >${tally('kept', '✓', count('kept'))} ${tally('broken', '✗', count('broken'))}
          ${tally('not-seen', '○', count('not seen'))}</span
        >
      </button>
    </h2>
    ${why.map((one) => explanation(panel, one))}
    <div id="model-body" ?hidden=${!modelOpen}>
      ${
        modelOpen
          ? html`${modelPicture(panel)}
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
                ${text('panel.card.compare')}
              </button>`
          : nothing
      }
    </div>
  </section>`;
}

function latestEpoch({ state }: Panel): number {
  return Math.max(0, ...state.promises.map(({ epoch }) => epoch));
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
            <span class="evidence">${frames(panel, evidence)}</span>
          </li>`,
      )}
    </ul>
  `;
}

const MOST_FRAMES = 4;

/** Links to the frames that show it. */
function frames(panel: Panel, numbers: readonly number[]): TemplateResult[] {
  const { text } = panel.state;
  return numbers
    .slice(0, MOST_FRAMES)
    .map(
      (frame) =>
        html`<button
          type="button"
          class="link"
          title=${text('panel.evidence', { frame })}
          @click=${() => revealFrame(panel, frame)}
        >
          #${frame}
        </button>`,
    );
}

function explanation(panel: Panel, { text: words, setting, frames: numbers }: Explanation): TemplateResult {
  const { text } = panel.state;
  return html`<div class="explanation" role="note">
    ${icon('warning')}
    <p>
      ${words}
      ${
        setting
          ? html`<button
              type="button"
              class="link needs-lab"
              @click=${() => panel.host.send({ type: 'open', place: { kind: 'setting', path: setting } })}
            >
              ${text('panel.setting', { setting })}
            </button>`
          : nothing
      }
      ${frames(panel, numbers)}
    </p>
  </div>`;
}
