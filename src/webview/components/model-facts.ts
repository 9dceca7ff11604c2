import { html, type TemplateResult } from 'lit';
import { variantOf, variants } from '../../models/models.ts';
import type { Panel } from '../panel.ts';
import { forwardingTimes } from './forwarding-times.ts';

/** What there is to know of the model besides its promises: where it works, what it costs and needs, what else it is. */
export function modelFacts(panel: Panel): TemplateResult {
  const { text, lab } = panel.state;
  const variant = variantOf(lab!);
  const { model, needs, drawbacks } = variants[variant];
  const row = (id: string, content: unknown) =>
    html`<dt>${text(`panel.card.${id}`)}</dt>
      <dd>${content}</dd>`;
  return html`<dl class="model-facts">
    ${row('layer', text(`model.layer.${model}`))} ${row('touches', text(`model.touches.${variant}`))}
    ${row('through', through(panel))} ${row('time', forwardingTimes(panel))}
    ${row('needs', list(needs.map((id) => text(`model.needs.${id}`))))}
    ${row(
      'drawbacks',
      list(drawbacks.map((id) => html`${text(`model.drawback.${id}`)} <em>${text(`model.cure.${id}`)}</em>`)),
    )}
    ${row('kin', text(`model.kin.${variant}`))}
  </dl>`;
}

/** What the models differ in most: how much must pass each director. */
function through({ state: { text, locale, counters } }: Panel): TemplateResult | string {
  const each = Object.entries(counters?.directorBytesEach ?? {});
  if (each.length === 0) return text('panel.card.no-bytes');
  const bytes = (number: number) => number.toLocaleString(locale);
  const lines = each.map(([node, number]) => text('panel.card.bytes', { node, bytes: bytes(number) }));
  if (each.length > 1) lines.push(text('panel.card.bytes-sum', { bytes: bytes(counters!.directorBytes) }));
  return list(lines);
}

function list(items: readonly unknown[]): TemplateResult {
  return html`<ul>
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;
}
