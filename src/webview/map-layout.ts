import type { LabView } from '../panel-protocol/messages.ts';

/** Where everything of the map is, in pixels. */
export interface NetworkMap {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly MapNode[];
  readonly segments: readonly MapSegment[];
}

export interface MapNode {
  readonly node: number;
  /** Middle of its box. */
  readonly x: number;
  readonly y: number;
  /** From its box to the bars of the segments that it is on. */
  readonly links: readonly { readonly segment: number; readonly x: number; readonly barY: number }[];
}

/** A segment: a bar beside each row of nodes that is on it, and a trunk that joins the bars when there are several. */
export interface MapSegment {
  readonly segment: number;
  readonly bars: readonly { readonly y: number; readonly fromX: number; readonly toX: number }[];
  readonly trunkX: number | undefined;
  /** Nodes on it that the map leaves out. */
  readonly others: number;
}

export const BOX = { width: 108, height: 30 } as const;
const GAP = 14;
const MARGIN = 16;
/** Between trunks; what a bar takes, and its segment's first with the label. */
const TRUNK = 10;
const BAR = 16;
const LABEL = 16;
/** Above and below the bars between two rows; where there is no bar. */
const PADDING = 12;
/** Between the links of one box. */
const LINK = 16;

type Point = readonly [x: number, y: number];

/** Nodes side by side: all on one segment, or between several. Which bars it needs above and below it. */
interface Row {
  readonly nodes: readonly number[];
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/**
 * Segments from top to bottom; under each the nodes that are on it alone, in as many rows as they need, and those that
 * lead on to the next. Whatever the number of nodes, a box keeps its size: the map grows downward.
 * @param order The nodes to be drawn, by their index. @param width Pixels there are.
 */
export function mapOf(lab: LabView, order: readonly number[], width: number): NetworkMap {
  const segmentsOf = new Map(order.map((node) => [node, segmentsAt(lab, node)]));
  const used = lab.segments
    .map((_, segment) => segment)
    .filter((segment) => order.some((node) => segmentsOf.get(node)!.includes(segment)));
  const left = MARGIN + TRUNK * used.length;
  const columns = Math.max(1, Math.floor((width - left - MARGIN + GAP) / (BOX.width + GAP)));
  const rows = rowsOf(order, segmentsOf, used, columns);
  const heights = barHeights(rows);
  const room = columns * (BOX.width + GAP) - GAP;
  let top = 0;
  const nodes = rows.flatMap((row, index): MapNode[] => {
    top += heights[index]!.height;
    const y = top + BOX.height / 2;
    top += BOX.height;
    const taken = row.nodes.length * (BOX.width + GAP) - GAP;
    // A row that is not the last of a segment is full: short ones stand in the middle.
    const from =
      left + (rows.length > 1 ? Math.max(0, (Math.min(room, width - left - MARGIN) - taken) / 2) : 0);
    return row.nodes.map((node, column) => {
      const x = Math.round(from + column * (BOX.width + GAP) + BOX.width / 2);
      const on = segmentsOf.get(node)!;
      const links = on.map((segment, at) => ({
        segment,
        x: x + (at - (on.length - 1) / 2) * LINK,
        barY: heights[row.above.includes(segment) ? index : index + 1]!.bars.get(segment)!,
      }));
      return { node, x, y, links };
    });
  });
  const segments = used.map((segment, at) => barsOf(lab, segment, at, nodes, order));
  const widest = Math.max(width, left + BOX.width + MARGIN);
  return { width: widest, height: top + heights.at(-1)!.height + 4, nodes, segments };
}

function segmentsAt({ nodes, segments }: LabView, node: number): number[] {
  const on = nodes[node]!.interfaces.map((port) => port.segment);
  return segments.flatMap(({ name, gone }, index) => (!gone && on.includes(name) ? [index] : []));
}

function rowsOf(
  order: readonly number[],
  segmentsOf: ReadonlyMap<number, readonly number[]>,
  used: readonly number[],
  columns: number,
): Row[] {
  const rows: Row[] = [];
  const add = (nodes: readonly number[], above: readonly number[], below: readonly number[]) => {
    for (let at = 0; at < nodes.length; at += columns) {
      const some = nodes.slice(at, at + columns);
      const isOn = (segment: number) => some.some((node) => segmentsOf.get(node)!.includes(segment));
      rows.push({ nodes: some, above: above.filter(isOn), below: below.filter(isOn) });
    }
  };
  add(
    order.filter((node) => segmentsOf.get(node)!.length === 0),
    [],
    [],
  );
  for (const [at, segment] of used.entries()) {
    const first = order.filter((node) => segmentsOf.get(node)![0] === segment);
    const alone = first.filter((node) => segmentsOf.get(node)!.length === 1);
    // Those of the uppermost hang above their bar, so that what leads on stands below it.
    const hang = at === 0 && used.length > 1;
    add(alone, hang ? [] : [segment], hang ? [segment] : []);
    add(
      first.filter((node) => segmentsOf.get(node)!.length > 1),
      [segment],
      used.slice(at + 1),
    );
  }
  return rows;
}

/** Of the room above each row, and below the last: how high it is, and where in it each segment's bar is. */
function barHeights(rows: readonly Row[]): readonly { height: number; bars: ReadonlyMap<number, number> }[] {
  let top = 0;
  const labelled = new Set<number>();
  return Array.from({ length: rows.length + 1 }, (_, index) => {
    const segments = [...new Set([...(rows[index - 1]?.below ?? []), ...(rows[index]?.above ?? [])])];
    segments.sort((a, b) => a - b);
    let height = 0;
    const bars = new Map<number, number>();
    for (const segment of segments) {
      height += labelled.has(segment) ? BAR : BAR + LABEL;
      labelled.add(segment);
      bars.set(segment, top + height);
    }
    height += PADDING;
    top += height + BOX.height;
    return { height, bars };
  });
}

function barsOf(
  lab: LabView,
  segment: number,
  at: number,
  nodes: readonly MapNode[],
  order: readonly number[],
): MapSegment {
  const links = nodes.flatMap((node) => node.links.filter((link) => link.segment === segment));
  const heights = [...new Set(links.map(({ barY }) => barY))].sort((a, b) => a - b);
  const trunkX = heights.length > 1 ? MARGIN + TRUNK * at : undefined;
  const bars = heights.map((y) => {
    const xs = links.filter(({ barY }) => barY === y).map(({ x }) => x);
    return { y, fromX: trunkX ?? Math.min(...xs) - BOX.width / 2, toX: Math.max(...xs) + BOX.width / 2 };
  });
  const all = lab.nodes.filter(
    ({ gone, interfaces }) =>
      !gone && interfaces.some((port) => port.segment === lab.segments[segment]!.name),
  );
  const shown = order.filter((node) => all.includes(lab.nodes[node]!));
  return { segment, bars, trunkX, others: all.length - shown.length };
}

/**
 * The way of a frame over a segment: out of a box, along its bars, into another. Empty when an end is not on the map.
 * @param to Left out where the frame came to nobody: it ends on the bar.
 */
export function wayOf(
  map: NetworkMap,
  { from, to, segment }: { readonly from: number; readonly to: number; readonly segment: number },
): readonly Point[] {
  const start = linkOf(map, from, segment);
  const end = linkOf(map, to, segment);
  if (!start) return [];
  const edge = ({ node, link }: Linked): Point[] => [
    [link.x, link.barY > node.y ? node.y + BOX.height / 2 : node.y - BOX.height / 2],
    [link.x, link.barY],
  ];
  const out = edge(start);
  if (!end) return out;
  const trunkX = map.segments.find((one) => one.segment === segment)?.trunkX;
  const over: Point[] =
    trunkX === undefined || start.link.barY === end.link.barY
      ? []
      : [
          [trunkX, start.link.barY],
          [trunkX, end.link.barY],
        ];
  return [...out, ...over, ...edge(end).reverse()];
}

interface Linked {
  readonly node: MapNode;
  readonly link: MapNode['links'][number];
}

function linkOf({ nodes }: NetworkMap, index: number, segment: number): Linked | undefined {
  const node = nodes.find((one) => one.node === index);
  const link = node?.links.find((one) => one.segment === segment);
  return node && link && { node, link };
}
