import { html, type TemplateResult } from 'lit';
import { measureTimes } from '../measure-times.ts';
import type { Panel } from '../panel.ts';

/** The button that measures, and what it showed. */
export function forwardingTimes(panel: Panel): TemplateResult {
  const { text, locale, forwardingTimes: shown } = panel.state;
  const isMeasuring = shown === 'measuring';
  const words = text(isMeasuring ? 'panel.card.measuring' : 'panel.card.measure');
  const button = html`<button type="button" ?disabled=${isMeasuring} @click=${() => void measureTimes(panel)}>
    ${words}
  </button>`;
  if (shown === undefined || isMeasuring) return button;
  const { ratios, turns, frames } = shown;
  if (ratios.length === 0) return html`${button} <span class="hint">${text('panel.card.too-coarse')}</span>`;
  const most = Math.max(...ratios.map(({ ratio }) => ratio));
  const number = (value: number) =>
    value.toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return html`<table class="forwarding-times">
      <caption>
        ${text('panel.card.times')}
      </caption>
      <tbody>
        ${ratios.map(
          ({ variant, ratio }) =>
            html`<tr>
              <th scope="row">${text(`comparison.variant.${variant}`)}</th>
              <td>${text('panel.card.ratio', { ratio: number(ratio) })}</td>
              <td aria-hidden="true">
                <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                  <rect width=${(100 * ratio) / most} height="10"></rect>
                </svg>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="hint">
      ${text('panel.card.measured', { turns: turns.toLocaleString(locale), frames: frames.toLocaleString(locale) })}
    </p>
    ${button}`;
}
