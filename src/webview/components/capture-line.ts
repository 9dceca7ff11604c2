import { html, nothing, type TemplateResult } from 'lit';
import type { Action } from '../../panel-protocol/messages.ts';
import { keep } from '../keep.ts';
import type { Panel } from '../panel.ts';

/** Of recordings: files and hosts in a line; behind it clocks, what is not known, and what can be said about them. */
export function captureLine(panel: Panel): TemplateResult | typeof nothing {
  const { text, lab, captureOpen } = panel.state;
  if (!lab?.captures) return nothing;
  const { summary, notes, isInferred } = lab.captures;
  const button = (kind: 'capture-host' | 'capture-clock' | 'capture-topology' | 'capture-write') =>
    html`<button type="button" class="action" @click=${() => act(panel, { kind })}>
      ${text(`panel.${kind}`)}
    </button>`;
  // What is said of a file tells all of it anew: the line stays open for the next.
  const onToggle = ({ currentTarget }: Event) => {
    const { open } = currentTarget as HTMLDetailsElement;
    if (open === panel.state.captureOpen) return;
    panel.store.update({ captureOpen: open });
    keep(panel);
  };
  return html`<details class="captures" ?open=${captureOpen} @toggle=${onToggle}>
    <summary>${summary}</summary>
    <ul>
      ${notes.map((note) => html`<li>${note}</li>`)}
    </ul>
    <p class="needs-lab">
      ${isInferred ? button('capture-write') : nothing} ${button('capture-host')} ${button('capture-clock')}
      ${button('capture-topology')}
    </p>
  </details>`;
}

function act(panel: Panel, action: Action): void {
  panel.host.send({ type: 'do', action });
}
