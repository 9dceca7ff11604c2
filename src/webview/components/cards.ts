import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { reveal } from '../selection.ts';

/** The step of the first run that is on: a question, a pointer, something to try. */
export function cards(panel: Panel): TemplateResult | typeof nothing {
  const { text, cards: all, cardAnswers, cardSolved } = panel.state;
  const card = all[0];
  if (!card) return nothing;
  const show = () => {
    if (card.flow !== undefined) reveal(panel, card.flow, card.journey, card.hop);
    panel.store.update({ cardSolved: true });
    if (card.action.kind === 'edit') panel.host.send({ type: 'do', action: { kind: 'card', card: card.id } });
  };
  const dismiss = () => panel.host.send({ type: 'do', action: { kind: 'dismiss-card', card: card.id } });
  const tick = (index: number) => {
    const answers = new Set(cardAnswers);
    if (!answers.delete(index)) answers.add(index);
    panel.store.update({ cardAnswers: answers });
  };
  return html`<aside class="card" aria-label=${card.title}>
    <div class="menu-head">
      <h2>${card.title}</h2>
      <vscode-toolbar-button
        icon="close"
        label=${text('panel.card.dismiss')}
        title=${text('panel.card.dismiss')}
        @click=${dismiss}
      ></vscode-toolbar-button>
    </div>
    <p>${card.text}</p>
    ${card.choices.map(
      (choice, index) =>
        html`<vscode-checkbox
          class=${cardSolved ? (choice.right ? 'right' : 'wrong') : ''}
          label=${cardSolved ? `${choice.text} ${choice.right ? '✓' : '✗'}` : choice.text}
          .checked=${cardAnswers.has(index)}
          @change=${() => tick(index)}
        ></vscode-checkbox>`,
    )}
    <vscode-button @click=${cardSolved ? dismiss : show}
      >${cardSolved ? text('panel.card.next') : card.action.text}</vscode-button
    >
  </aside>`;
}
