import type { Panel } from './panel.ts';
import { select } from './selection.ts';
import type { Row } from './rows/row.ts';

/** Selects the flow that began at or next after a moment; with `step` at least one away from the selected one. */
export function goToTime(panel: Panel, timeNs: number, step = 0): void {
  const { table, list, selectedRow } = panel;
  const flows = list.rows.filter(
    (row): row is Extract<Row, { kind: 'flow' | 'arp' }> => row.kind === 'flow' || row.kind === 'arp',
  );
  if (flows.length === 0) return;
  let at = flows.findIndex(({ flow }) => table.startOf(flow) >= timeNs);
  if (at < 0) at = flows.length - 1;
  const now = flows.findIndex(
    ({ flow }) => selectedRow && selectedRow.kind !== 'change' && flow === selectedRow.flow,
  );
  if (step !== 0 && now >= 0 && (at - now) * step <= 0)
    at = Math.max(0, Math.min(flows.length - 1, now + step));
  panel.store.update({ follow: false });
  select(panel, flows[at]!.key);
}
