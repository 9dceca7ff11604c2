import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { icon } from './icon.ts';

/** That something is wrong here, and where to say what. */
export function mysteryBand(panel: Panel): TemplateResult | typeof nothing {
  const { text, lab } = panel.state;
  if (!lab?.mystery) return nothing;
  return html`<p class="notice info mystery">
    ${icon('search')}<span>${text('panel.mystery', lab.mystery)}</span
    ><button
      type="button"
      class="action"
      @click=${() => panel.host.send({ type: 'do', action: { kind: 'name-cause' } })}
    >
      ${text('panel.mystery.name')}
    </button>
  </p>`;
}
