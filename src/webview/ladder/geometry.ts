import { isNarrow, LEAST_GAP, narrowWidth, type LaneSlot } from './lane-slots.ts';

/** A lane in its place: its line, and how wide its head may be. */
export interface Lane {
  readonly slot: LaneSlot;
  readonly x: number;
  readonly width: number;
}

/** Where lanes and columns stand, in pixels. */
export interface Geometry {
  readonly width: number;
  /** What stands left of the lanes: folding marks, kinds, times. */
  readonly gutter: number;
  /** Right edge of the lanes' room; segments' names stand behind it. */
  readonly right: number;
  readonly lanes: readonly Lane[];
  /** The lane that each node is in: its own, or that of those it is folded with. */
  readonly laneOf: ReadonlyMap<number, Lane>;
  /** Of a node's lane. */
  readonly gap: number;
  /** Little room: columns that can be done without are left out. */
  readonly narrow: boolean;
  /** The part of the width that is in view: results stand at its right edge, titles at its left. */
  readonly view: { readonly left: number; readonly right: number };
}

export const NARROW = 640;
const WIDEST_GAP = 240;
/** Of a sum of equal parts: no reason to scroll. */
const ROUNDING = 0.01;

/** Pixels that are there for lanes. */
export function laneRoom(available: number): number {
  const { gutter, margin } = bordersOf(available);
  return available - gutter - margin;
}

function bordersOf(available: number): { readonly gutter: number; readonly margin: number } {
  if (available < NARROW) return { gutter: 96, margin: 8 };
  return available < 800 ? { gutter: 128, margin: 84 } : { gutter: 160, margin: 116 };
}

/**
 * The width is at least what the lanes need.
 * @param scrolled How much of it lies to the left of what is in view.
 */
export function geometryOf(available: number, slots: readonly LaneSlot[], scrolled = 0): Geometry {
  const { gutter, margin } = bordersOf(available);
  const narrow = slots.filter(isNarrow).reduce((sum, slot) => sum + narrowWidth(slot), 0);
  const count = Math.max(1, slots.filter((slot) => !isNarrow(slot)).length);
  const gap = Math.min(WIDEST_GAP, Math.max(LEAST_GAP, (laneRoom(available) - narrow) / count));
  let left = gutter;
  const lanes = slots.map((slot): Lane => {
    const width = isNarrow(slot) ? narrowWidth(slot) : gap;
    left += width;
    return { slot, x: Math.round(left - width / 2) + 0.5, width };
  });
  const width = Math.max(available, Math.ceil(left + margin - ROUNDING));
  return {
    ...{ width, gutter, right: Math.max(left, gutter + gap), lanes, gap, narrow: available < NARROW },
    laneOf: new Map(lanes.flatMap((lane) => nodesOf(lane.slot).map((node) => [node, lane] as const))),
    view: { left: scrolled, right: Math.min(width, scrolled + available) },
  };
}

export function laneX({ laneOf }: Geometry, node: number): number | undefined {
  return laneOf.get(node)?.x;
}

export function nodesOf(slot: LaneSlot): readonly number[] {
  switch (slot.kind) {
    case 'node':
      return [slot.node];
    case 'folded':
      return slot.nodes;
    case 'fold':
      return [];
  }
}
