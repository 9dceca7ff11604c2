import { html, nothing, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import type { FrameDetails, HopDetails } from '../../panel-protocol/messages.ts';

const PER_LINE = 16;
/** A jumbo frame's worth; beyond it the view says so. */
const MOST_BYTES = 9216;

type Field = FrameDetails['layers'][number]['fields'][number];

/** The bytes with their fields: pointing at one lights the other. */
export function bytesView(panel: Panel, { out }: HopDetails): TemplateResult {
  const { text, field } = panel.state;
  if (!out) return html`<p class="hint">${text('panel.gone')}</p>`;
  const bytes = new Uint8Array(out.bytes);
  const shown = Math.min(bytes.length, MOST_BYTES);
  const lines = Array.from({ length: Math.ceil(shown / PER_LINE) }, (_, index) => index * PER_LINE);
  const cut = out.originalLength - shown;
  return html`<div class="bytes">
    <div class="hex" role="group" aria-label=${text('panel.tab.bytes')}>
      ${lines.map((at) => hexLine(panel, out, bytes, at))}
      ${cut > 0 ? html`<p class="hint">${text('panel.bytes.cut', { count: cut })}</p>` : nothing}
    </div>
    <ul class="fields" aria-label=${text('panel.field')}>
      ${out.layers.map(
        ({ protocol, fields }) =>
          html`${fields.map(
            (one) =>
              html`<li>
                <button
                  type="button"
                  class=${isLit(field, one) ? 'lit' : ''}
                  aria-pressed=${isLit(field, one)}
                  @pointerenter=${() => panel.store.update({ field: one })}
                  @focus=${() => panel.store.update({ field: one })}
                >
                  <span class="name">${one.name}</span><span class="value">${one.text}</span>
                  <span class="heard">${protocol}</span>
                </button>
              </li>`,
          )}`,
      )}
    </ul>
  </div>`;
}

function hexLine(panel: Panel, { layers }: FrameDetails, bytes: Uint8Array, start: number): TemplateResult {
  const { field } = panel.state;
  const line = [...bytes.subarray(start, start + PER_LINE)];
  const at = (offset: number): string => {
    const lit = field !== undefined && offset >= field.offset && offset < field.offset + field.length;
    const layer = layers.findIndex((one) => offset >= one.offset && offset < one.offset + one.length);
    return `layer${Math.max(0, layer) % 2} ${lit ? 'lit' : ''}`;
  };
  const light = (offset: number) => () => {
    const found = fieldAt(layers, offset);
    if (found && !isLit(panel.state.field, found)) panel.store.update({ field: found });
  };
  return html`<div class="hex-line">
    <span class="offset">${start.toString(16).padStart(4, '0')}</span>
    <span class="codes"
      >${line.map(
        (byte, index) =>
          html`<span class=${at(start + index)} @pointerenter=${light(start + index)}
            >${byte.toString(16).padStart(2, '0')}</span
          >`,
      )}</span
    >
    <span class="letters" aria-hidden="true"
      >${line.map((byte, index) => html`<span class=${at(start + index)}>${letter(byte)}</span>`)}</span
    >
  </div>`;
}

function letter(byte: number): string {
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·';
}

/** The smallest field that holds the byte. */
function fieldAt(layers: FrameDetails['layers'], offset: number): Field | undefined {
  return layers
    .flatMap(({ fields }) => fields)
    .filter((field) => offset >= field.offset && offset < field.offset + field.length)
    .sort((a, b) => a.length - b.length)[0];
}

function isLit(lit: { readonly offset: number; readonly length: number } | undefined, field: Field): boolean {
  return lit !== undefined && lit.offset === field.offset && lit.length === field.length;
}
