import type { ChangeRow } from '../panel-protocol/messages.ts';
import type { Rows } from './records/rows.ts';
import { TimeScale } from './time-scale.ts';

/** Packets per slice of time, and what stands out in it. */
export interface Timeline {
  readonly scale: TimeScale;
  /** Flows that began in each slice, weighted by their packets; of them the failed ones. */
  readonly packets: readonly number[];
  readonly failed: readonly number[];
  /** Where changes of the file lie, 0 to 1. */
  readonly changes: readonly number[];
}

/** @param range Nanoseconds to look at; all when left out. */
export function timelineOf(
  table: Rows,
  changes: readonly ChangeRow[],
  slices: number,
  range?: readonly [fromNs: number, toNs: number],
): Timeline {
  let [startNs, endNs] = range ?? [Infinity, 0];
  if (!range) {
    for (const id of table.flowIds()) {
      startNs = Math.min(startNs, table.startOf(id));
      endNs = Math.max(endNs, table.endOf(id));
    }
    for (const { timeNs } of changes) endNs = Math.max(endNs, timeNs);
    if (startNs === Infinity) startNs = 0;
  }
  const spans = [...table.flowIds()].map((id) => [table.startOf(id), table.endOf(id)] as const);
  const scale = new TimeScale(startNs, endNs, [
    ...spans,
    ...changes.map(({ timeNs }) => [timeNs, timeNs] as const),
  ]);
  const packets = new Array<number>(slices).fill(0);
  const failed = new Array<number>(slices).fill(0);
  for (const id of table.flowIds()) {
    const share = scale.shareAt(table.startOf(id));
    if (share < 0 || share > 1) continue;
    const slice = Math.min(slices - 1, Math.floor(share * slices));
    packets[slice]! += Math.max(1, table.journeyIds(id).length);
    if (table.hasFailed(id)) failed[slice]! += 1;
  }
  const marks = changes
    .map(({ timeNs }) => scale.shareAt(timeNs))
    .filter((share) => share >= 0 && share <= 1);
  return { scale, packets, failed, changes: marks };
}
