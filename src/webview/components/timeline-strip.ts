import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Panel } from '../panel.ts';
import { formatDuration } from '../time-format.ts';
import { goToTime } from '../go-to-time.ts';
import { toolButton } from './tool-button.ts';
import type { TimeScale } from '../time-scale.ts';
import { timelineOf, type Timeline } from '../timeline.ts';

const SLICES = 160;
const HEIGHT = 10;
/** Marks of the axis, with room for what they say. */
const MOST_MARKS = 8;
/** With as many flows one loses sight of when things were. */
const MANY_FLOWS = 20;
/** A drag shorter than this share of the strip is a click. */
const SHORTEST_BRUSH = 0.01;

let kept: { readonly of: readonly unknown[]; readonly line: Timeline } | undefined;
let brush: { readonly from: number; readonly to: number } | undefined;

/** Density over time, with failures and changes of the file: click to go there, drag to look closer. */
export function timelineStrip(panel: Panel): TemplateResult | typeof nothing {
  const { text, changes, zoom, paused } = panel.state;
  if (!isWorthIt(panel)) return nothing;
  const of = [paused ? 0 : panel.table.version, changes, zoom];
  if (!kept?.of.every((value, index) => value === of[index])) {
    kept = { of, line: timelineOf(panel.table, changes, SLICES, zoom) };
  }
  const { line } = kept;
  const most = Math.max(1, ...line.packets);
  const { scale } = line;
  const spanNs = scale.endNs - scale.startNs;
  const marks = scale.marks(MOST_MARKS);
  const at = selectedShare(panel, scale);
  const hereNs = scale.timeAt(at ?? 0) - scale.startNs;
  return html`<div class="timeline">
    <div
      class="strip"
      role="slider"
      tabindex="0"
      aria-label=${text('panel.timeline')}
      aria-valuemin="0"
      aria-valuemax=${Math.round(spanNs / 1e6)}
      aria-valuenow=${Math.round(hereNs / 1e6)}
      aria-valuetext=${formatDuration(hereNs)}
      @pointerdown=${(event: PointerEvent) => begin(panel, event)}
      @pointermove=${(event: PointerEvent) => drag(panel, event)}
      @pointerup=${(event: PointerEvent) => end(panel, event, scale)}
      @keydown=${(event: KeyboardEvent) => key(panel, event, scale, at ?? 0)}
    >
      <svg viewBox="0 0 ${SLICES} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
        ${line.packets.map((count, index) => bar(count, line.failed[index]!, index, most))}
        ${marks.map(({ share }) => svg`<line class="mark" x1=${share * SLICES} x2=${share * SLICES} y1=${HEIGHT - 3} y2=${HEIGHT}></line>`)}
        ${scale.breaks.map(breakAt)}
        ${line.changes.map((share) => svg`<line class="change" x1=${share * SLICES} x2=${share * SLICES} y1="0" y2=${HEIGHT}></line>`)}
        ${at === undefined ? nothing : svg`<line class="here" x1=${at * SLICES} x2=${at * SLICES} y1="0" y2=${HEIGHT}></line>`}
        ${brush ? svg`<rect class="brush" x=${Math.min(brush.from, brush.to) * SLICES} y="0" width=${Math.abs(brush.to - brush.from) * SLICES} height=${HEIGHT}></rect>` : nothing}
      </svg>
      <svg class="axis" aria-hidden="true">
        ${marks.map(({ sinceNs, share }) => svg`<text x="${share * 100}%" y="9">${formatDuration(sinceNs)}</text>`)}
      </svg>
    </div>
    <span class="span">${formatDuration(spanNs)}</span>
    ${
      zoom
        ? toolButton('zoom-out', text('panel.timeline.all'), () => panel.store.update({ zoom: undefined }))
        : nothing
    }
  </div>`;
}

function isWorthIt({ table, state }: Panel): boolean {
  return (
    table.flowCount > MANY_FLOWS || (table.flowCount > 0 && state.changes.some(({ kind }) => kind !== 'idle'))
  );
}

function bar(count: number, failed: number, index: number, most: number) {
  if (count === 0) return nothing;
  // The root keeps small numbers visible beside large ones.
  const height = Math.max(1.5, Math.sqrt(count / most) * (HEIGHT - 2));
  return svg`<rect class=${failed ? 'failed' : 'packets'} x=${index + 0.1} y=${HEIGHT - height} width="0.8" height=${height}></rect>
    ${failed ? svg`<rect class="failed" x=${index - 0.4} y="0" width="1.8" height="2.5"></rect>` : nothing}`;
}

/** The sign of a time that is cut short. */
function breakAt(share: number) {
  const x = share * SLICES;
  const stroke = (at: number) =>
    svg`<line class="break" x1=${at - 0.4} x2=${at + 0.4} y1=${HEIGHT} y2="0"></line>`;
  return [stroke(x - 0.6), stroke(x + 0.6)];
}

function selectedShare(panel: Panel, scale: TimeScale): number | undefined {
  const row = panel.selectedRow;
  if (!row || row.kind === 'change' || scale.endNs === scale.startNs) return undefined;
  const share = scale.shareAt(panel.table.startOf(row.flow));
  return share >= 0 && share <= 1 ? share : undefined;
}

function shareAt({ clientX, currentTarget }: PointerEvent): number {
  const { left, width } = (currentTarget as HTMLElement).getBoundingClientRect();
  return Math.max(0, Math.min(1, (clientX - left) / width));
}

function begin(panel: Panel, event: PointerEvent): void {
  (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  brush = { from: shareAt(event), to: shareAt(event) };
  panel.store.touch();
}

function drag(panel: Panel, event: PointerEvent): void {
  if (!brush) return;
  brush = { from: brush.from, to: shareAt(event) };
  panel.store.touch();
}

function end(panel: Panel, event: PointerEvent, scale: TimeScale): void {
  if (!brush) return;
  const [low, high] = [Math.min(brush.from, shareAt(event)), Math.max(brush.from, shareAt(event))];
  brush = undefined;
  if (high - low > SHORTEST_BRUSH) panel.store.update({ zoom: [scale.timeAt(low), scale.timeAt(high)] });
  goToTime(panel, scale.timeAt(low));
  panel.store.touch();
}

function key(panel: Panel, event: KeyboardEvent, scale: TimeScale, at: number): void {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: at - 0.02,
    ArrowRight: at + 0.02,
    PageDown: at + 0.1,
    PageUp: at - 0.1,
    Home: 0,
    End: 1,
  };
  const share = steps[event.key];
  if (share === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  goToTime(panel, scale.timeAt(Math.max(0, Math.min(1, share))), Math.sign(share - at));
}
