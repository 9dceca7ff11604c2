import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import type { HopDetails } from '../../panel-protocol/messages.ts';
import { icon } from './icon.ts';

/** What the forwarder decided and why, with the line of the file that it rests on. */
export function decisionLine(panel: Panel, { hop, decision, line, confidence }: HopDetails): TemplateResult {
  const { text } = panel.state;
  const words = decision && [
    text(`panel.rule.${decision.rule}`),
    decision.service,
    decision.server && `→ ${decision.server}`,
    decision.detail,
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
