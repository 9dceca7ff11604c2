/** Where lanes and columns stand, in pixels. */
export interface Geometry {
  readonly width: number;
  /** What stands left of the lanes: folding marks, kinds, times. */
  readonly gutter: number;
  /** Right edge of the lanes' room; segments' names stand behind it. */
  readonly right: number;
  readonly lanes: readonly { readonly node: number; readonly x: number }[];
  readonly gap: number;
  /** Little room: columns that can be done without are left out. */
  readonly narrow: boolean;
}

export const NARROW = 640;
const LEAST_GAP = 68;
const WIDEST_GAP = 240;

/** @param order Nodes in lane order. The width is at least what the lanes need. */
export function geometryOf(available: number, order: readonly number[]): Geometry {
  const narrow = available < NARROW;
  const gutter = narrow ? 96 : available < 800 ? 128 : 160;
  const margin = narrow ? 8 : available < 800 ? 84 : 116;
  const count = Math.max(1, order.length);
  const gap = Math.min(WIDEST_GAP, Math.max(LEAST_GAP, (available - gutter - margin) / count));
  const width = Math.max(available, Math.ceil(gutter + gap * count + margin));
  const lanes = order.map((node, index) => ({ node, x: Math.round(gutter + gap * (index + 0.5)) + 0.5 }));
  return { width, gutter, right: gutter + gap * count, lanes, gap, narrow };
}

export function laneX({ lanes }: Geometry, node: number): number | undefined {
  return lanes.find((lane) => lane.node === node)?.x;
}
