import { editorTheme } from './ladder/editor-theme.ts';
import { geometryOf, type Geometry } from './ladder/geometry.ts';
import { headerHeight, layoutHeader } from './ladder/header.ts';
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

/** Below this height the lanes' heads shrink to their names. */
const COMPACT = 380;
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
  #compact = false;
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
    this.#arrange(width, height);
    const { scrollTop, scrollLeft } = this.#scroller;
    const list = this.#panel.list;
    const [first, last] = this.#inView(list, scrollTop, height);
    const scene = this.#scene();
    const rows = layoutRows(list.rows.slice(first, last + 1), scene);
    const header = layoutHeader({ ...scene, lab, compact: this.#compact });
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
    const room = this.#scroller.clientHeight - this.#headerHeight;
    const { scrollTop } = this.#scroller;
    this.#resizeExtent();
    if (row.top < scrollTop) this.#scroller.scrollTop = row.top;
    else if (row.top + row.height > scrollTop + room) this.#scroller.scrollTop = row.top + row.height - room;
    this.queue();
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
    const { highlighted, lab, timeMode, selected } = state;
    const nodes = lab?.nodes ?? [];
    const lit = nodes.flatMap(({ name, interfaces }, index) =>
      highlighted.includes(name) || interfaces.some(({ segment }) => highlighted.includes(segment))
        ? [index]
        : [],
    );
    return {
      ...words,
      geometry: this.#geometry,
      measure: this.#measure,
      timeMode,
      startedAt: lab?.startedAt ?? '',
      selected,
      hovered: this.hovered,
      highlighted: lit,
    };
  }

  #arrange(width: number, height: number): void {
    const { lab, lanes } = this.#panel.state;
    this.#geometry = geometryOf(width, laneOrder(lab!.nodes, lanes));
    this.#compact = height < COMPACT;
    this.#headerHeight = headerHeight({ lab: lab!, geometry: this.#geometry, compact: this.#compact });
    const scale = devicePixelRatio;
    const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.#canvas.width !== pixelWidth || this.#canvas.height !== pixelHeight) {
      this.#canvas.width = pixelWidth;
      this.#canvas.height = pixelHeight;
      this.#canvas.style.width = `${width}px`;
      this.#canvas.style.height = `${height}px`;
      this.#canvas.style.marginBottom = `${-height}px`;
    }
    this.#resizeExtent();
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
