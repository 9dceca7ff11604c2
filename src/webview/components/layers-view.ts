import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import type { FrameDetails, HopDetails } from '../../panel-protocol/messages.ts';
import { compareLayers, type FieldLine, type LayerLines } from '../compare-layers.ts';
import { fieldText } from '../rows/field-text.ts';
import { decisionLine } from './decision-line.ts';

/** The frame as it came and as it went, field beside field, with what the model says it must be. */
export function layersView(panel: Panel, known: HopDetails): TemplateResult {
  const { text } = panel.state;
  const { hop, in: before, out } = known;
  if (!out) return html`<p class="hint">${text('panel.gone')}</p>`;
  const layers = compareLayers(before, out, hop);
  // What is wrong is seen without scrolling; in its layer it stands once more, among its neighbours.
  const wrong = {
    title: text('panel.not-as-predicted'),
    lines: layers.flatMap(({ lines }) => lines.filter(({ ok }) => ok === false)),
  };
  return html`
    ${decisionLine(panel, known)}
    <table class="layers">
      <thead>
        <tr>
          <th scope="col">${text('panel.field')}</th>
          ${before ? html`<th scope="col">${text('panel.in', { frame: before.name ?? before.frame })}</th>` : nothing}
          <th scope="col">${text('panel.out', { frame: out.name ?? out.frame })}</th>
          <th scope="col">${text('panel.kind-of-change')}</th>
          <th scope="col">${text('panel.expected')}</th>
        </tr>
      </thead>
      ${wrong.lines.length > 0 ? layerBody(panel, wrong, before) : nothing}
      ${layers.map((layer) => layerBody(panel, layer, before))}
    </table>
  `;
}

function layerBody(
  panel: Panel,
  { title, lines }: LayerLines,
  before: FrameDetails | undefined,
): TemplateResult {
  return html`<tbody>
    <tr class="layer">
      <th scope="rowgroup" colspan=${before ? 5 : 4}>${title}</th>
    </tr>
    ${lines.map((line) => fieldRow(panel, line, before !== undefined))}
  </tbody>`;
}

function fieldRow(panel: Panel, line: FieldLine, two: boolean): TemplateResult {
  const { text, field } = panel.state;
  const { name, before, after, change, expected, ok, place } = line;
  const lit =
    field !== undefined &&
    place !== undefined &&
    field.offset === place.offset &&
    field.length === place.length;
  const light = () => place && panel.store.update({ field: place });
  return html`<tr
    class="${change ?? 'same'} ${ok === false ? 'unexpected' : ''} ${lit ? 'lit' : ''}"
    @pointerenter=${light}
    @click=${light}
  >
    <th scope="row">${name}</th>
    ${two ? html`<td class="value">${named(panel, name, before)}</td>` : nothing}
    <td class="value">
      ${two && !change && before === after ? html`<span class="equal" title=${after}>=</span>` : named(panel, name, after)}
    </td>
    <td class="role">${change ? text(`panel.change.is.${change}`) : nothing}</td>
    <td class="expected">
      ${expected === undefined ? nothing : html`<span class="sign" aria-hidden="true">${ok ? '✓' : '✗'}</span> ${named(panel, name, expected)}`}
      ${ok === false ? html`<span class="heard">${text('panel.not-as-predicted')}</span>` : nothing}
    </td>
  </tr>`;
}

/** A value with the name it goes by, if it has one; codes in words. */
function named(panel: Panel, field: string, value: string): TemplateResult | string {
  const words = fieldText(field, value, panel.state.text);
  if (words !== undefined) return words;
  const name = panel.names.of(value);
  return name === undefined
    ? value
    : html`<strong>${name}</strong> <span class="quiet">${breakable(value)}</span>`;
}

/** A MAC that has no room on a line breaks in its middle, not within an octet. */
function breakable(value: string): TemplateResult | string {
  const octets = value.split(':');
  if (octets.length !== 6) return value;
  return html`<span class="mac">${octets.slice(0, 3).join(':')}:<wbr />${octets.slice(3).join(':')}</span>`;
}
