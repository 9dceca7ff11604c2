import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { icon } from './icon.ts';

/** That what was saved did not take effect, why, and what the lab runs instead. */
export function fileFault({ state, host }: Panel): TemplateResult | typeof nothing {
  const { text, locale, file, lab } = state;
  if (!file.fault || !lab) return nothing;
  const { line, text: words, runsOfMs } = file.fault;
  const time = new Date(runsOfMs).toLocaleTimeString(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
  return html`<p class="notice bad" role="alert">
    ${icon('error')}
    <span
      >${line === undefined ? words : text('panel.fault.line', { line, problem: words })}
      <strong>${text('panel.fault', { time })}</strong></span
    >
    ${
      line === undefined
        ? nothing
        : html`<button
            type="button"
            class="action"
            @click=${() => host.send({ type: 'open', place: { kind: 'line', line } })}
          >
            ${text('panel.fault.show')}
          </button>`
    }
  </p>`;
}
