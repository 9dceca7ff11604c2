import type { LabView } from '../panel-protocol/messages.ts';

export interface NetworkMap {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly {
    readonly node: number;
    readonly x: number;
    readonly y: number;
    /** Heights of the segments it is on. */
    readonly links: readonly number[];
  }[];
  readonly segments: readonly {
    readonly segment: number;
    readonly y: number;
    readonly fromX: number;
    readonly toX: number;
  }[];
}

const COLUMN = 112;
const LEVEL = 96;
const MARGIN = 64;

/** Segments one below the other; each node in a column of its own, above its lowest segment but below its highest. */
export function mapOf({ nodes, segments }: LabView, order: readonly number[]): NetworkMap {
  const alive = segments.flatMap(({ gone }, index) => (gone ? [] : [index]));
  const levelOf = new Map(alive.map((segment, level) => [segments[segment]!.name, level]));
  const segmentY = (level: number) => 74 + level * LEVEL;
  const placed = order.map((node, column) => {
    const levels = nodes[node]!.interfaces.flatMap(({ segment }) => levelOf.get(segment) ?? []);
    const [top, bottom] = [Math.min(...levels), Math.max(...levels)];
    const y =
      levels.length === 0 || top === bottom
        ? segmentY(levels[0] ?? 0) + 44
        : (segmentY(top) + segmentY(bottom)) / 2;
    const above = levels.length > 0 && top === bottom && top === 0 && alive.length > 1;
    return {
      node,
      x: MARGIN + column * COLUMN,
      y: above ? segmentY(0) - 48 : y,
      links: levels.map(segmentY),
    };
  });
  const bars = alive.map((segment, level) => {
    const on = placed.filter(({ node }) =>
      nodes[node]!.interfaces.some((port) => port.segment === segments[segment]!.name),
    );
    const xs = on.map(({ x }) => x);
    return {
      segment,
      y: segmentY(level),
      fromX: Math.min(MARGIN, ...xs) - 30,
      toX: Math.max(MARGIN, ...xs) + 30,
    };
  });
  for (const [index, bar] of bars.entries()) {
    const xs = placed.filter(({ links }) => links.includes(bar.y)).map(({ x }) => x);
    if (xs.length > 0) bars[index] = { ...bar, fromX: Math.min(...xs) - 30, toX: Math.max(...xs) + 30 };
  }
  const width = MARGIN * 2 + Math.max(0, order.length - 1) * COLUMN;
  return { width, height: segmentY(alive.length - 1) + 84, nodes: placed, segments: bars };
}
