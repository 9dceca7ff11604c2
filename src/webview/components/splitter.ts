import { html, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';

const LEAST = 15;
const MOST = 75;
const STEP = 5;

/** What the lower part takes, in percent of the panel's height. */
let share = 42;

/** The edge between the ladder and what stands below it: dragged, or moved with the arrow keys. */
export function splitter({ state }: Panel): TemplateResult {
  return html`<div
    class="splitter"
    role="separator"
    tabindex="0"
    aria-orientation="horizontal"
    aria-label=${state.text('panel.splitter')}
    aria-valuemin=${LEAST}
    aria-valuemax=${MOST}
    aria-valuenow=${share}
    @pointerdown=${(event: PointerEvent) => (event.currentTarget as Element).setPointerCapture(event.pointerId)}
    @pointermove=${(event: PointerEvent) => {
      if (event.buttons === 1) move(event.currentTarget as Element, (1 - event.clientY / innerHeight) * 100);
    }}
    @keydown=${(event: KeyboardEvent) => {
      const by = event.key === 'ArrowUp' ? STEP : event.key === 'ArrowDown' ? -STEP : 0;
      if (by === 0) return;
      event.preventDefault();
      event.stopPropagation();
      move(event.currentTarget as Element, share + by);
    }}
  ></div>`;
}

function move(element: Element, percent: number): void {
  share = Math.round(Math.max(LEAST, Math.min(MOST, percent)));
  element.setAttribute('aria-valuenow', String(share));
  document.documentElement.style.setProperty('--lower', `${share}%`);
}
