import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';

/** What helps against a start that failed, if anything is known to. */
export function remedyButton({ state, host }: Panel): TemplateResult | typeof nothing {
  const { labState } = state;
  if (labState.kind !== 'failed' || labState.remedy === '') return nothing;
  return html`<button
    type="button"
    class="action"
    @click=${() => host.send({ type: 'do', action: { kind: 'remedy' } })}
  >
    ${labState.remedy}
  </button>`;
}
