import { editorTheme } from './ladder/editor-theme.ts';
import { geometryOf, laneRoom, type Geometry } from './ladder/geometry.ts';
import { headerHeight, type Density } from './ladder/head-lines.ts';
import { layoutHeader } from './ladder/header.ts';
import { laneRanks } from './ladder/lane-ranks.ts';
import { laneSlots, nodeSlots } from './ladder/lane-slots.ts';
import { laneOrder } from './ladder/lanes.ts';
import { layoutRows } from './ladder/layout.ts';
import { canvasMeasure } from './ladder/measure.ts';
import { paintCanvas } from './ladder/paint-canvas.ts';
import type { Scene } from './ladder/scene.ts';
import type { Hit, Measure } from './ladder/shapes.ts';
import type { Theme } from './ladder/theme.ts';
import type { Panel } from './panel.ts';
import { rowIndexAt, type RowList } from './rows/row-list.ts';
import type { Row } from './rows/row.ts';

/** Below these heights the lanes' heads do without addresses, and shrink to their names. */
const SHORT = 640;
const NAMES_ONLY = 380;
/** Pixels of room below the last row. */
const FOOT = 48;

/** The ladder on its canvas: draws what is in view of the scrolled list, and knows what is where. */
export class LadderView {
  readonly #panel: Panel;
  readonly #scroller: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #extent: HTMLElement;
  readonly #context: CanvasRenderingContext2D;
  #theme: Theme;
  #measure: Measure;
  #geometry: Geometry = geometryOf(0, []);
  #headerHeight = 0;
  #density: Density = 'full';
  #rowHits: Hit[] = [];
  #headerHits: Hit[] = [];
  #queued = false;
  hovered: string | undefined;
  /** Where a lane that is being dragged would go. */
  dropX: number | undefined;
  /** Called after each picture, with the rows that are in view. */
  onDrawn: (first: number, last: number) => void = () => undefined;

  constructor(panel: Panel, scroller: HTMLElement) {
    this.#panel = panel;
    this.#scroller = scroller;
    this.#canvas = scroller.querySelector('canvas')!;
    this.#extent = scroller.querySelector('.extent')!;
    this.#context = this.#canvas.getContext('2d', { alpha: false })!;
    this.#theme = editorTheme(document.body);
    this.#measure = canvasMeasure(this.#context, this.#theme);
    scroller.addEventListener('scroll', () => this.queue());
    new ResizeObserver(() => {
      // Details that open take room: what is selected stays in view.
      const { selected } = panel.state;
      if (selected !== undefined) this.scrollTo(selected);
      this.queue();
    }).observe(scroller);
    const restyle = new MutationObserver(() => this.restyle());
    restyle.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    restyle.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
    void document.fonts.ready.then(() => this.restyle());
  }

  get geometry(): Geometry {
    return this.#geometry;
  }

  get headerHeight(): number {
    return this.#headerHeight;
  }

  /** The theme or its fonts have changed. */
  restyle(): void {
    this.#theme = editorTheme(document.body);
    this.#measure = canvasMeasure(this.#context, this.#theme);
    this.queue();
  }

  /** Draws before the next picture, once however often it is called. */
  queue(): void {
    if (this.#queued) return;
    this.#queued = true;
    requestAnimationFrame(() => {
      this.#queued = false;
      this.draw();
    });
  }

  draw(): void {
    const { lab } = this.#panel.state;
    const { clientWidth: width, clientHeight: height } = this.#scroller;
    if (!lab || width === 0) return;
    const [first, last] = this.#arrange(width, height);
    const { scrollTop, scrollLeft } = this.#scroller;
    const list = this.#panel.list;
    const scene = this.#scene();
    const rows = layoutRows(list.rows.slice(first, last + 1), scene);
    const header = layoutHeader({ ...scene, lab, density: this.#density });
    this.#rowHits = rows.hits;
    this.#headerHits = header.hits;

    const context = this.#context;
    const scale = devicePixelRatio;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = this.#theme.inks.background;
    context.fillRect(0, 0, width, height);
    context.translate(-scrollLeft, this.#headerHeight - scrollTop);
    paintCanvas(context, rows.shapes, this.#theme);
    context.setTransform(scale, 0, 0, scale, -scrollLeft * scale, 0);
    paintCanvas(context, header.shapes, this.#theme);
    if (this.dropX !== undefined) {
      const x = this.dropX;
      paintCanvas(
        context,
        [{ kind: 'line', x1: x, y1: 0, x2: x, y2: height, ink: 'focus', width: 2 }],
        this.#theme,
      );
    }
    this.onDrawn(first, last);
  }

  scrollTo(key: string): void {
    const index = this.#panel.list.index.get(key);
    const row = index === undefined ? undefined : this.#panel.list.rows[index];
    if (!row) return;
    if (this.#panel.state.lab) this.#arrange(this.#scroller.clientWidth, this.#scroller.clientHeight);
    const room = this.#scroller.clientHeight - this.#headerHeight;
    const { scrollTop } = this.#scroller;
    if (row.top < scrollTop) this.#scroller.scrollTop = row.top;
    else if (row.top + row.height > scrollTop + room) this.#scroller.scrollTop = row.top + row.height - room;
    this.#scrollAside(row);
    this.queue();
  }

  /** Brings the lanes that a packet or hop touches into view, as far as they fit there together. */
  #scrollAside(row: Row): void {
    if (row.kind !== 'packet' && row.kind !== 'hop') return;
    const { laneOf, gutter } = this.#geometry;
    const hops = this.#panel.table.hopsOf(row.journey);
    const touched = row.kind === 'hop' ? hops.slice(row.hop, row.hop + 1) : hops;
    const lanes = touched.flatMap(({ from, to }) => [laneOf.get(from) ?? [], laneOf.get(to) ?? []].flat());
    if (lanes.length === 0) return;
    const first = Math.min(...lanes.map(({ x, width }) => x - width / 2));
    const last = Math.max(...lanes.map(({ x, width }) => x + width / 2));
    const { scrollLeft, clientWidth } = this.#scroller;
    if (last > scrollLeft + clientWidth) this.#scroller.scrollLeft = Math.ceil(last - clientWidth);
    if (first < this.#scroller.scrollLeft) this.#scroller.scrollLeft = Math.floor(first - gutter);
  }

  scrollToEnd(): void {
    this.#resizeExtent();
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Whether the end of the list is in view. */
  get atEnd(): boolean {
    const { scrollTop, clientHeight } = this.#scroller;
    return scrollTop + clientHeight - this.#headerHeight >= this.#panel.list.height - 4;
  }

  rowAt(y: number): Row | undefined {
    const { rows, height } = this.#panel.list;
    const at = y - this.#headerHeight + this.#scroller.scrollTop;
    return y < this.#headerHeight || at >= height ? undefined : rows[rowIndexAt(rows, at)];
  }

  /** The uppermost place that does or says something at a point of the canvas. */
  hitAt(x: number, y: number): Hit | undefined {
    const inHeader = y < this.#headerHeight;
    const px = x + this.#scroller.scrollLeft;
    const py = inHeader ? y : y - this.#headerHeight + this.#scroller.scrollTop;
    return (inHeader ? this.#headerHits : this.#rowHits).findLast(
      (hit) => px >= hit.x && px < hit.x + hit.width && py >= hit.y && py < hit.y + hit.height,
    );
  }

  #scene(): Scene {
    const { state, words } = this.#panel;
    const { lab, timeMode, selected } = state;
    return {
      ...words,
      geometry: this.#geometry,
      measure: this.#measure,
      timeMode,
      startedAt: lab?.startedAt ?? '',
      selected,
      hovered: this.hovered,
      highlighted: this.#lit,
    };
  }

  /** Nodes that the editor's cursor is on, or on a segment of which. */
  get #lit(): readonly number[] {
    const { highlighted, lab } = this.#panel.state;
    if (highlighted.length === 0 || !lab) return [];
    return lab.nodes.flatMap(({ name, interfaces }, index) =>
      highlighted.includes(name) || interfaces.some(({ segment }) => highlighted.includes(segment))
        ? [index]
        : [],
    );
  }

  /** Lanes and heights for what is to be drawn next. Returns the first row in view and the last. */
  #arrange(width: number, height: number): [number, number] {
    const { state, list, table, selectedRow: selected } = this.#panel;
    const lab = state.lab!;
    const { nodes } = lab;
    const order = laneOrder(nodes, state.lanes);
    this.#density = height < NAMES_ONLY ? 'names' : height < SHORT ? 'short' : 'full';
    const plain = geometryOf(width, nodeSlots(order));
    this.#headerHeight = headerHeight({ lab, geometry: plain, density: this.#density });
    const { scrollTop, scrollLeft } = this.#scroller;
    const inView = this.#inView(list, scrollTop, height);
    const wishes = { nodes, table, rows: list.rows, inView, selected, highlighted: this.#lit };
    const ranks = () => laneRanks(wishes);
    const slots = laneSlots(nodes, order, laneRoom(width), state.unfoldedLanes, ranks);
    this.#geometry = geometryOf(width, slots, scrollLeft);
    this.#fitCanvas(width, height);
    this.#resizeExtent();
    this.#markEdges();
    return inView;
  }

  /** A shadow tells that lanes go on beyond what is in view. */
  #markEdges(): void {
    const { left, right } = this.#geometry.view;
    const stage = this.#scroller.parentElement!;
    stage.classList.toggle('more-left', left > 0);
    stage.classList.toggle('more-right', right < this.#geometry.width - 1);
    const bar = `${this.#scroller.offsetWidth - this.#scroller.clientWidth}px`;
    if (stage.style.getPropertyValue('--bar') !== bar) stage.style.setProperty('--bar', bar);
  }

  #fitCanvas(width: number, height: number): void {
    const scale = devicePixelRatio;
    const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.#canvas.width !== pixelWidth || this.#canvas.height !== pixelHeight) {
      this.#canvas.width = pixelWidth;
      this.#canvas.height = pixelHeight;
      this.#canvas.style.width = `${width}px`;
      this.#canvas.style.height = `${height}px`;
      this.#canvas.style.marginBottom = `${-height}px`;
    }
  }

  #resizeExtent(): void {
    const height = `${this.#headerHeight + this.#panel.list.height + FOOT}px`;
    const width = `${this.#geometry.width}px`;
    if (this.#extent.style.height !== height) this.#extent.style.height = height;
    if (this.#extent.style.width !== width) this.#extent.style.width = width;
  }

  #inView({ rows }: RowList, scrollTop: number, height: number): [number, number] {
    if (rows.length === 0) return [0, -1];
    return [rowIndexAt(rows, scrollTop), rowIndexAt(rows, scrollTop + height - this.#headerHeight)];
  }
}
