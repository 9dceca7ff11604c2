import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { editorTheme } from '../ladder/editor-theme.ts';
import { legendSign, legendSigns, SIGN, type LegendSign } from '../ladder/legend.ts';
import { canvasMeasure } from '../ladder/measure.ts';
import { paintCanvas } from '../ladder/paint-canvas.ts';
import type { Panel } from '../panel.ts';

/** What the ladder's signs mean, each painted as it is there. */
export function legend(panel: Panel): TemplateResult {
  const { text } = panel.state;
  return html`<ul class="legend">
    ${legendSigns.map(
      (sign) =>
        html`<li>
          <canvas
            aria-hidden="true"
            ${ref((canvas) => paint(panel, canvas as HTMLCanvasElement | undefined, sign))}
          ></canvas>
          ${text(`panel.legend.${sign}`)}
        </li>`,
    )}
  </ul>`;
}

function paint({ state }: Panel, canvas: HTMLCanvasElement | undefined, sign: LegendSign): void {
  if (!canvas) return;
  const scale = devicePixelRatio;
  const { width, height } = SIGN;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const theme = editorTheme(document.body);
  const context = canvas.getContext('2d')!;
  context.scale(scale, scale);
  paintCanvas(context, legendSign(sign, { text: state.text, measure: canvasMeasure(context, theme) }), theme);
}
