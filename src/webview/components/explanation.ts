import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation } from '../../journey/report.ts';
import type { Panel } from '../panel.ts';
import { frameLinks } from './frame-links.ts';
import { icon } from './icon.ts';

/** Why something went wrong, with the line of the file and the frames that show it. */
export function explanation(
  panel: Panel,
  { text: words, setting, frames }: Explanation,
  more: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  const { text } = panel.state;
  return html`<div class="explanation" role="note" data-roving>
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
      ${frameLinks(panel, frames)} ${more}
    </p>
  </div>`;
}
