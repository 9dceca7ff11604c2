import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { variantOf } from '../../models/models.ts';

/** What the model does, in one sentence; a wide panel has room for it in the line of tools. */
export function gist({ state: { text, lab }, cover }: Panel): TemplateResult | typeof nothing {
  // In a mystery nothing says how it ought to be.
  if (!lab || lab.mystery || cover) return nothing;
  const words = text(`panel.gist.${variantOf(lab)}`);
  return html`<p class="gist" title=${words}>${words}</p>`;
}
