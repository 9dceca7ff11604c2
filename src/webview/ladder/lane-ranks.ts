import type { LaneView } from '../../panel-protocol/messages.ts';
import type { Rows } from '../records/rows.ts';
import type { Row } from '../rows/row.ts';

/** Rows above and below the view whose nodes keep their lanes, so that these stay while somebody scrolls a little. */
const NEAR = 100;

const ranks = { pinned: 0, selected: 1, inView: 2, serving: 3, near: 4, server: 5, other: 6 } as const;

export interface LaneWishes {
  readonly nodes: readonly LaneView[];
  readonly table: Rows;
  readonly rows: readonly Row[];
  /** The first row in view and the last. */
  readonly inView: readonly [first: number, last: number];
  readonly selected: Row | undefined;
  /** Nodes that the editor's cursor is on. */
  readonly highlighted: readonly number[];
}

/**
 * How much each node is wanted on show, the lowest first: directors and routers, what the selected flow and the rows in
 * view touch, then the servers of the flows near it and what else is touched there.
 */
export function laneRanks(wishes: LaneWishes): (node: number) => number {
  const { nodes, table, rows, selected, highlighted } = wishes;
  const [first, last] = wishes.inView;
  const rankOf = new Map<number, number>();
  const asked = new Map<number, number>();
  const want = (node: number, rank: number) => {
    if (rank < (rankOf.get(node) ?? Infinity)) rankOf.set(node, rank);
  };
  for (const [node, { role, gone }] of nodes.entries()) {
    if (!gone && (role === 'director' || role === 'router')) want(node, ranks.pinned);
    want(node, role === 'server' && !gone ? ranks.server : ranks.other);
  }
  for (const node of highlighted) want(node, ranks.pinned);
  if (selected) wantRow(selected, ranks.selected);
  for (let index = Math.max(0, first - NEAR); index <= Math.min(rows.length - 1, last + NEAR); index++)
    wantRow(rows[index]!, index >= first && index <= last ? ranks.inView : ranks.near);
  return (node) => rankOf.get(node) ?? ranks.other;

  function wantRow(row: Row, rank: number): void {
    if (row.kind === 'change' || row.kind === 'arp') return;
    if (row.kind === 'flow' || rank === ranks.selected) wantEnds(row, rank);
    if (row.kind !== 'flow') wantPacket(row.journey, rank);
  }

  function wantEnds({ flow: id, open }: Extract<Row, { readonly flow: number }>, rank: number): void {
    const flow = table.flow(id);
    if (!flow) return;
    // A closed flow draws no arrow: its nodes are only likely to be wanted next.
    const isDrawn = open === true || rank === ranks.selected;
    want(flow.client, isDrawn ? rank : ranks.near);
    if (flow.kind !== 'arp') want(flow.server, isDrawn ? Math.min(rank, ranks.serving) : ranks.serving);
  }

  function wantPacket(journey: number, rank: number): void {
    // Its hops are rows of their own: they are read once.
    if ((asked.get(journey) ?? Infinity) <= rank) return;
    asked.set(journey, rank);
    for (const { from, to, broadcast, fate } of table.hopsOf(journey)) {
      want(from, rank);
      // Whoever only hears a broadcast has no part in it.
      if (!broadcast || fate !== 'ignored') want(to, rank);
    }
  }
}
