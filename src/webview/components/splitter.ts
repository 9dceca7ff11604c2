import { html, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';

const LEAST = 15;
const MOST = 75;
const STEP = 5;

/** As in the style: with this much room the details stand beside the ladder. */
const wide = matchMedia('(width > 1200px)');

/** What was asked stands beside the ladder; else below it, or below the map. */
let isBeside = false;

/** What the part below or beside the ladder takes of the panel, in percent: as in the style, until somebody moves it. */
const BESIDE_LADDER = 42;
const BELOW_MAP = 48;
let moved: number | undefined;

/** The edge between the ladder and what stands below or beside it: dragged, or moved with the arrow keys. */
export function splitter({ state }: Panel, withMap: boolean): TemplateResult {
  isBeside = wide.matches && !withMap;
  const share = moved ?? (withMap ? BELOW_MAP : BESIDE_LADDER);
  return html`<div
    class="splitter"
    role="separator"
    tabindex="0"
    aria-orientation=${isBeside ? 'vertical' : 'horizontal'}
    aria-label=${state.text('panel.splitter')}
    aria-valuemin=${LEAST}
    aria-valuemax=${MOST}
    aria-valuenow=${share}
    @pointerdown=${(event: PointerEvent) => (event.currentTarget as Element).setPointerCapture(event.pointerId)}
    @pointermove=${(event: PointerEvent) => {
      if (event.buttons === 1) move(event.currentTarget as Element, shareAt(event));
    }}
    @keydown=${(event: KeyboardEvent) => {
      const by = stepOf(event.key);
      if (by === 0) return;
      event.preventDefault();
      event.stopPropagation();
      move(event.currentTarget as Element, share + by);
    }}
  ></div>`;
}

function shareAt({ clientX, clientY }: PointerEvent): number {
  return (1 - (isBeside ? clientX / innerWidth : clientY / innerHeight)) * 100;
}

function stepOf(key: string): number {
  const [more, less] = isBeside ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  return key === more ? STEP : key === less ? -STEP : 0;
}

function move(element: Element, percent: number): void {
  const share = Math.round(Math.max(LEAST, Math.min(MOST, percent)));
  moved = share;
  element.setAttribute('aria-valuenow', String(share));
  document.documentElement.style.setProperty('--lower', `${share}%`);
}
