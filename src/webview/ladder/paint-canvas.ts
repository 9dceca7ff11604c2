import { dashes, type Dash, type Shape } from './shapes.ts';
import type { Theme } from './theme.ts';

type Painter<Kind extends Shape['kind']> = (
  context: CanvasRenderingContext2D,
  shape: Extract<Shape, { readonly kind: Kind }>,
  theme: Theme,
) => void;

const outlines = new Map<string, Path2D>();

/** Paints shapes in their order; the context is translated and scaled by the caller. */
export function paintCanvas(context: CanvasRenderingContext2D, shapes: readonly Shape[], theme: Theme): void {
  context.textBaseline = 'middle';
  context.lineCap = 'butt';
  for (const shape of shapes) {
    const paint = painters[shape.kind] as (
      context: CanvasRenderingContext2D,
      shape: Shape,
      theme: Theme,
    ) => void;
    paint(context, shape, theme);
  }
}

const noDash: number[] = [];

function setDash(context: CanvasRenderingContext2D, dash: Dash | undefined): void {
  context.setLineDash(dash ? (dashes[dash] as number[]) : noDash);
}

const painters: { readonly [Kind in Shape['kind']]: Painter<Kind> } = {
  line(context, { x1, y1, x2, y2, ink, width, dash }, { inks }) {
    context.strokeStyle = inks[ink];
    context.lineWidth = width;
    setDash(context, dash);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  },
  polygon(context, { points, closed, fill, stroke, width = 1 }, { inks }) {
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) context.lineTo(points[i]!, points[i + 1]!);
    if (closed) context.closePath();
    if (fill) {
      context.fillStyle = inks[fill];
      context.fill();
    }
    if (!stroke) return;
    setDash(context, undefined);
    context.strokeStyle = inks[stroke];
    context.lineWidth = width;
    context.stroke();
  },
  circle(context, { x, y, radius, fill, stroke }, { inks }) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    fillAndStroke(context, fill && inks[fill], stroke && inks[stroke], undefined);
  },
  rect(context, { x, y, width, height, radius = 0, fill, stroke, dash }, { inks }) {
    context.beginPath();
    if (radius > 0) context.roundRect(x, y, width, height, radius);
    else context.rect(x, y, width, height);
    fillAndStroke(context, fill && inks[fill], stroke && inks[stroke], dash);
  },
  text(context, { x, y, text, ink, face, align = 'start', halo }, { inks, fonts }) {
    if (context.font !== fonts[face]) context.font = fonts[face];
    context.textAlign = align === 'middle' ? 'center' : align;
    if (halo) {
      setDash(context, undefined);
      context.strokeStyle = inks.background;
      context.lineWidth = 5;
      context.lineJoin = 'round';
      context.strokeText(text, x, y + 0.5);
      context.lineJoin = 'miter';
    }
    context.fillStyle = inks[ink];
    context.fillText(text, x, y + 0.5);
  },
  icon(context, { x, y, path, ink }, { inks }) {
    let outline = outlines.get(path);
    if (!outline) outlines.set(path, (outline = new Path2D(path)));
    context.save();
    context.translate(x, y);
    context.fillStyle = inks[ink];
    context.fill(outline);
    context.restore();
  },
};

function fillAndStroke(
  context: CanvasRenderingContext2D,
  fill: string | undefined,
  stroke: string | undefined,
  dash: Dash | undefined,
): void {
  if (fill) {
    context.fillStyle = fill;
    context.fill();
  }
  if (!stroke) return;
  setDash(context, dash);
  context.strokeStyle = stroke;
  context.lineWidth = 1;
  context.stroke();
}
