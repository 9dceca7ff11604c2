import { html, nothing, type TemplateResult } from 'lit';
import type { Card } from '../../panel-protocol/messages.ts';
import type { Panel } from '../panel.ts';
import { reveal } from '../selection.ts';
import { toolButton } from './tool-button.ts';

/** The step of the first run that is on: a question, a pointer, something to try, what came of it. */
export function cards(panel: Panel): TemplateResult | typeof nothing {
  const { text, cards: all, cardAnswers, cardSolved } = panel.state;
  const card = all[0];
  if (!card) return nothing;
  const dismiss = () => panel.host.send({ type: 'do', action: { kind: 'dismiss-card', card: card.id } });
  const tick = (index: number) => {
    const answers = new Set(cardAnswers);
    if (!answers.delete(index)) answers.add(index);
    panel.store.update({ cardAnswers: answers });
  };
  // What was done once has no button any more; what can be seen again keeps its own.
  const actions = card.actions.filter(({ kind }) => !(cardSolved && kind === 'reveal'));
  const isOver = cardSolved || card.id === 'broken';
  return html`<aside class="card" aria-label=${card.title} data-roving>
    <div class="menu-head">
      <h2>${card.title}</h2>
      ${toolButton('close', text('panel.card.dismiss'), dismiss)}
    </div>
    <p role="status">${cardSolved && card.after !== undefined ? card.after : card.text}</p>
    ${card.choices.map(
      (choice, index) =>
        html`<vscode-checkbox
          class=${cardSolved ? (choice.right ? 'right' : 'wrong') : ''}
          label=${cardSolved ? `${choice.text} ${choice.right ? '✓' : '✗'}` : choice.text}
          .checked=${cardAnswers.has(index)}
          @change=${() => tick(index)}
        ></vscode-checkbox>`,
    )}
    ${actions.map(
      (action) =>
        html`<vscode-button ?secondary=${isOver} @click=${() => act(panel, card, action.kind)}
          >${action.text}</vscode-button
        >`,
    )}
    ${isOver ? html`<vscode-button @click=${dismiss}>${text('panel.card.next')}</vscode-button>` : nothing}
  </aside>`;
}

function act(panel: Panel, card: Card, kind: Card['actions'][number]['kind']): void {
  if (kind !== 'reveal' && kind !== 'show')
    return panel.host.send({ type: 'do', action: { kind: 'card', action: kind } });
  panel.store.update({ cardSolved: true });
  if (card.flow !== undefined) reveal(panel, card.flow, card.journey, card.hop);
}
