import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import type { Menu } from '../panel-state.ts';
import { toggleMenu } from '../settings.ts';
import { icon } from './icon.ts';

/** A sign to press; `pressed` for one that stays down. */
export function toolButton(sign: string, label: string, act: () => void, pressed?: boolean): TemplateResult {
  return html`<button
    type="button"
    class="tool"
    aria-label=${label}
    title=${label}
    aria-pressed=${pressed ?? nothing}
    @click=${act}
  >
    ${icon(sign)}
  </button>`;
}

/** A button with a menu under it; `label` says what its content does not. */
export function menuButton(
  panel: Panel,
  menu: Exclude<Menu, 'none'>,
  label: string,
  content: TemplateResult,
  kind = 'tool',
): TemplateResult {
  return html`<button
    type="button"
    class=${kind}
    data-menu=${menu}
    aria-haspopup="dialog"
    aria-expanded=${panel.state.menu === menu}
    aria-label=${label}
    title=${label}
    @click=${() => toggleMenu(panel, menu)}
  >
    ${content}
  </button>`;
}
