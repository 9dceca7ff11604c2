import type { LadderView } from './ladder-view.ts';
import { nodesOf, type Lane } from './ladder/geometry.ts';
import { laneOrder } from './ladder/lanes.ts';
import type { HitAction } from './ladder/shapes.ts';
import type { Panel } from './panel.ts';
import { openDetails, select, toggle } from './selection.ts';
import { compareChange } from './comparison.ts';
import { keep } from './keep.ts';
import { toggleRole } from './settings.ts';

/** Pixels a lane's head must be moved before that counts as dragging it. */
const DRAG = 6;

/** Pointer on the ladder: hover, select, fold, open a place in the file, drag lanes. */
export function followPointer(panel: Panel, view: LadderView, canvas: HTMLCanvasElement): void {
  let drag: { readonly node: number; readonly startX: number; moved: boolean } | undefined;
  const place = (event: PointerEvent | MouseEvent) => ({ x: event.offsetX, y: event.offsetY });
  const scrollLeft = () => canvas.parentElement!.scrollLeft;

  canvas.addEventListener('pointermove', (event) => {
    const { x, y } = place(event);
    if (drag) {
      drag.moved ||= Math.abs(x - drag.startX) > DRAG;
      view.dropX = drag.moved ? dropPlace(view, x + scrollLeft()).x : undefined;
      return view.queue();
    }
    const hit = view.hitAt(x, y);
    canvas.title = hit?.title ?? '';
    canvas.classList.toggle('pointing', hit?.action !== undefined || y < view.headerHeight);
    const key = view.rowAt(y)?.key;
    if (key === view.hovered) return;
    view.hovered = key;
    view.queue();
  });
  canvas.addEventListener('pointerleave', () => {
    view.hovered = undefined;
    view.queue();
  });
  canvas.addEventListener('pointerdown', (event) => {
    const { x, y } = place(event);
    if (event.button !== 0 || y >= view.headerHeight) return;
    const action = view.hitAt(x, y)?.action;
    if (action) return act(panel, action);
    const lane = view.geometry.lanes.find((one) => Math.abs(one.x - x - scrollLeft()) < one.width / 2);
    if (lane?.slot.kind !== 'node') return;
    drag = { node: lane.slot.node, startX: x, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointerup', (event) => {
    if (!drag) return;
    const { node, moved } = drag;
    drag = undefined;
    view.dropX = undefined;
    if (moved) moveLane(panel, node, orderAt(panel, dropPlace(view, place(event).x + scrollLeft()).lane));
    else panel.host.send({ type: 'open', place: { kind: 'node', name: panel.names.node(node) } });
    view.queue();
  });
  canvas.addEventListener('click', (event) => {
    const { x, y } = place(event);
    if (y < view.headerHeight) return;
    const hit = view.hitAt(x, y);
    const row = view.rowAt(y);
    if (hit?.action) return act(panel, hit.action);
    if (row) select(panel, row.key);
    document.querySelector<HTMLElement>('[role=treegrid]')?.focus({ preventScroll: true });
  });
  canvas.addEventListener('dblclick', ({ offsetY }) => {
    const row = view.rowAt(offsetY);
    if (row?.kind === 'hop') openDetails(panel);
    else if (row) toggle(panel, row);
  });
}

function act(panel: Panel, action: HitAction): void {
  switch (action.kind) {
    case 'toggle': {
      const index = panel.list.index.get(action.key);
      if (index !== undefined) toggle(panel, panel.list.rows[index]!);
      return;
    }
    case 'compare':
      return compareChange(panel, action.epoch);
    case 'lanes':
      return toggleRole(panel, action.role);
    case 'open-line':
      return panel.host.send({ type: 'open', place: { kind: 'line', line: action.line } });
  }
}

/** Where a dragged lane would land: in front of which one; behind all when there is none. */
function dropPlace({ geometry }: LadderView, x: number): { x: number; lane: Lane | undefined } {
  const lane = geometry.lanes.find((one) => one.x >= x);
  return { x: lane ? lane.x - lane.width / 2 : geometry.right, lane };
}

/** The place of a lane among all that are not hidden, folded or not. */
function orderAt({ state: { lab, lanes } }: Panel, lane: Lane | undefined): number {
  const order = laneOrder(lab?.nodes ?? [], lanes);
  const at = order.findIndex((node) => lane !== undefined && nodesOf(lane.slot).includes(node));
  return at < 0 ? order.length : at;
}

/** Puts a lane in front of the one that is now at `index`. */
export function moveLane(panel: Panel, node: number, index: number): void {
  const { lab, lanes } = panel.state;
  if (!lab) return;
  const order = laneOrder(lab.nodes, { order: lanes.order, hidden: lanes.hidden });
  const from = order.indexOf(node);
  const rest = order.filter((one) => one !== node);
  rest.splice(index > from ? index - 1 : index, 0, node);
  panel.store.update({ lanes: { ...lanes, order: rest.map((one) => lab.nodes[one]!.name) } });
  keep(panel);
}
