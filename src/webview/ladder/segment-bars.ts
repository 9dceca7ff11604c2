import { nodesOf, type Geometry } from './geometry.ts';
import { SEGMENT, type HeaderScene } from './head-lines.ts';
import { fit, type Measure, type Shape } from './shapes.ts';

/** A bar for each segment from its first lane to its last, with a dot at each that is on it; the last ends at `bottom`. */
export function segmentBars(shapes: Shape[], bottom: number, { lab, geometry, measure }: HeaderScene): void {
  const segments = lab.segments.filter(({ gone }) => !gone);
  let y = bottom - SEGMENT * segments.length + SEGMENT / 2;
  for (const { name, subnet } of segments) {
    const isOn = (node: number) => lab.nodes[node]!.interfaces.some(({ segment }) => segment === name);
    const stops = geometry.lanes.filter(({ slot }) => nodesOf(slot).some(isOn)).map(({ x }) => x);
    const [first, last] = [stops[0], stops.at(-1)];
    if (first !== undefined && last !== undefined) {
      shapes.push({ kind: 'line', x1: first, y1: y, x2: last, y2: y, ink: 'muted', width: 1 });
      for (const x of stops) shapes.push({ kind: 'circle', x, y, radius: 2.5, fill: 'muted' });
      segmentLabel(shapes, `${name}  ${subnet}`, name, stops, y, geometry, measure);
    }
    y += SEGMENT;
  }
}

/** On the bar in its widest gap, or behind its end when there is none that is wide enough. */
function segmentLabel(
  shapes: Shape[],
  long: string,
  short: string,
  stops: readonly number[],
  y: number,
  { width: edge }: Geometry,
  measure: Measure,
): void {
  let [from, to] = [0, 0];
  for (let index = 1; index < stops.length; index++) {
    const [a, b] = [stops[index - 1]!, stops[index]!];
    if (b - a > to - from + 1) [from, to] = [a, b];
  }
  const room = to - from - 16;
  const words = [long, short].find((one) => measure(one, 'small') <= room);
  if (words === undefined) {
    const x = stops[stops.length - 1]! + 8;
    const shown = fit(short, 'small', edge - x - 4, measure);
    shapes.push({ kind: 'text', x, y, text: shown, ink: 'muted', face: 'small' });
    return;
  }
  const width = measure(words, 'small') + 8;
  const x = (from + to) / 2;
  shapes.push({ kind: 'rect', x: x - width / 2, y: y - 7, width, height: 14, fill: 'background' });
  shapes.push({ kind: 'text', x, y, text: words, ink: 'muted', face: 'small', align: 'middle' });
}
