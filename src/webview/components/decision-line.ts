import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import type { HopDetails } from '../../panel-protocol/messages.ts';
import type { Text } from '../text.ts';
import { icon } from './icon.ts';

/** What the forwarder decided and why, with the line of the file that it rests on. */
export function decisionLine(panel: Panel, { hop, decision, line, confidence }: HopDetails): TemplateResult {
  const { text } = panel.state;
  const words = decision && [
    text(`panel.rule.${decision.rule}`),
    // The only service needs no name.
    panel.state.lab?.services.length === 1 ? '' : decision.service,
    decision.server && `→ ${decision.server}`,
    decision.detail && schedulerText(decision.detail, text),
    decision.connection && text('panel.connection.number', { number: decision.connection }),
  ];
  const wrong = hop.expected.filter(({ ok }) => !ok).length;
  return html`<p class="decision">
    ${
      words
        ? html`${icon('type-hierarchy-sub')}<span>${words.filter(Boolean).join(' · ')}</span>`
        : html`<span class="quiet">${text('panel.no-decision', { node: hop.from })}</span>`
    }
    ${
      line === undefined
        ? nothing
        : html`<button
            type="button"
            class="link"
            @click=${() => panel.host.send({ type: 'open', place: { kind: 'line', line } })}
          >
            ${panel.state.lab?.file}:${line}
          </button>`
    }
    <span class="quiet">${text(`panel.joined.${confidence}`)}</span>
    ${wrong > 0 ? html`<strong class="bad">${text('panel.wrong', { count: wrong })}</strong>` : nothing}
  </p>`;
}

/** A scheduler's reason, `rr: #1`, in words; anything else as it is. */
function schedulerText(detail: string, text: Text): string {
  const [name = '', value = ''] = detail.split(': ');
  const key = `panel.scheduler.${name}`;
  const words = text(key, { value: value.replace(/^#/, '') });
  return words === key ? detail : words;
}
