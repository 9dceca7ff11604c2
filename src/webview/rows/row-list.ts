import type { ChangeRow } from '../../panel-protocol/messages.ts';
import type { Rows } from '../records/rows.ts';
import type { Folding } from './folding.ts';
import { CHANGE, FLOW, hopHeight, PACKET } from './heights.ts';
import { changeKey, flowKey, hopKey, packetKey, type Row } from './row.ts';

/** Which flows and packets are shown; `undefined` for all. */
export interface Shown {
  readonly flow: (id: number) => boolean;
  readonly packet: (journey: number) => boolean;
}

export interface RowList {
  readonly rows: readonly Row[];
  /** By key. */
  readonly index: ReadonlyMap<string, number>;
  readonly height: number;
  readonly flows: number;
}

type RowHead = Row extends infer R ? (R extends Row ? Omit<R, 'top' | 'height'> : never) : never;

/** All rows from top to bottom, changes of the file in their place by time. */
export function listRows(
  table: Rows,
  changes: readonly ChangeRow[],
  folding: Folding,
  shown?: Shown,
): RowList {
  const rows: Row[] = [];
  let top = 0;
  let flows = 0;
  let change = 0;
  const add = (row: RowHead, height: number) => {
    rows.push({ ...row, top, height } as Row);
    top += height;
  };
  const addChanges = (beforeNs: number) => {
    for (; change < changes.length && changes[change]!.timeNs <= beforeNs; change++) {
      const { epoch } = changes[change]!;
      add({ kind: 'change', key: changeKey(epoch), epoch, open: undefined }, CHANGE);
    }
  };
  for (const flow of table.flowIds()) {
    if (change < changes.length) addChanges(table.startOf(flow));
    if (shown && !shown.flow(flow)) continue;
    flows++;
    const key = flowKey(flow);
    const open = folding.isOpen(key);
    add({ kind: 'flow', key, flow, open }, FLOW);
    if (open) addPackets(table, flow, folding, shown, add);
  }
  addChanges(Infinity);
  return { rows, index: new Map(rows.map(({ key }, index) => [key, index])), height: top, flows };
}

function addPackets(
  table: Rows,
  flow: number,
  folding: Folding,
  shown: Shown | undefined,
  add: (row: RowHead, height: number) => void,
): void {
  for (const journey of table.journeyIds(flow)) {
    if (shown && !shown.packet(journey)) continue;
    const key = packetKey(journey);
    const open = folding.isOpen(key);
    add({ kind: 'packet', key, flow, journey, open }, PACKET);
    if (!open) continue;
    for (const hop of table.hopsOf(journey)) {
      add(
        { kind: 'hop', key: hopKey(journey, hop.index), flow, journey, hop: hop.index, open: undefined },
        hopHeight(hop),
      );
    }
  }
}

/** The row at a height; the last one beyond the end. */
export function rowIndexAt(rows: readonly Row[], y: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rows[middle]!.top <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
