import type { ChangeRow } from '../../panel-protocol/messages.ts';
import type { Rows } from '../records/rows.ts';
import type { Folding } from './folding.ts';
import { CHANGE, FLOW, hopHeight, PACKET } from './heights.ts';
import { arpKey, changeKey, flowKey, hopKey, packetKey, type Row } from './row.ts';

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

/**
 * All rows from top to bottom, changes of the file in their place by time.
 * @param together Whether ARP flows between two others are one row, which is open when one of them went wrong.
 */
export function listRows(
  table: Rows,
  changes: readonly ChangeRow[],
  folding: Folding,
  shown?: Shown,
  together = true,
): RowList {
  const rows: Row[] = [];
  let top = 0;
  let flows = 0;
  let change = 0;
  const add = (row: RowHead, height: number) => {
    rows.push({ ...row, top, height } as Row);
    top += height;
  };
  const addFlow = (flow: number, level: number) => {
    const key = flowKey(flow);
    const open = folding.isOpen(key);
    add({ kind: 'flow', key, flow, open, level }, FLOW);
    if (open) addPackets(table, flow, folding, shown, level + 1, add);
  };
  let waiting: number[] = [];
  const addWaiting = () => {
    const [first, flow] = [waiting[0], waiting.at(-1)];
    if (first === undefined || flow === undefined) return;
    const isGroup = waiting.length > 1;
    const key = arpKey(first);
    const open =
      isGroup &&
      folding.isOpen(
        key,
        waiting.some((one) => table.isWrong(one)),
      );
    if (isGroup) add({ kind: 'arp', key, flow, flows: waiting, open, level: 1 }, FLOW);
    if (open || !isGroup) for (const one of waiting) addFlow(one, isGroup ? 2 : 1);
    waiting = [];
  };
  const addChanges = (beforeNs: number) => {
    for (; change < changes.length && changes[change]!.timeNs <= beforeNs; change++) {
      addWaiting();
      const { epoch } = changes[change]!;
      add({ kind: 'change', key: changeKey(epoch), epoch, open: undefined, level: 1 }, CHANGE);
    }
  };
  for (const flow of table.flowIds()) {
    if (change < changes.length) addChanges(table.startOf(flow));
    if (shown && !shown.flow(flow)) continue;
    flows++;
    if (together && table.isArp(flow)) {
      waiting.push(flow);
      continue;
    }
    addWaiting();
    addFlow(flow, 1);
  }
  addWaiting();
  addChanges(Infinity);
  return { rows, index: new Map(rows.map(({ key }, index) => [key, index])), height: top, flows };
}

function addPackets(
  table: Rows,
  flow: number,
  folding: Folding,
  shown: Shown | undefined,
  level: number,
  add: (row: RowHead, height: number) => void,
): void {
  for (const journey of table.journeyIds(flow)) {
    if (shown && !shown.packet(journey)) continue;
    const key = packetKey(journey);
    const open = folding.isOpen(key);
    add({ kind: 'packet', key, flow, journey, open, level }, PACKET);
    if (!open) continue;
    for (const hop of table.hopsOf(journey)) {
      const place = { flow, journey, hop: hop.index, open: undefined, level: level + 1 };
      add({ kind: 'hop', key: hopKey(journey, hop.index), ...place }, hopHeight(hop));
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
