import { html, type TemplateResult } from 'lit';

/** A codicon that says nothing by itself: words stand beside it. */
export function icon(name: string, kind = ''): TemplateResult {
  return html`<span class="codicon codicon-${name} ${kind}" aria-hidden="true"></span>`;
}
