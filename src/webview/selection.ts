import type { Panel } from './panel.ts';
import { failure } from './failure.ts';
import type { HopDetails } from '../panel-protocol/messages.ts';
import { flowKey, hopKey, packetKey, type Row } from './rows/row.ts';

/** Selects a row and unfolds what hides it. */
export function reveal(panel: Panel, flow: number, journey?: number, hop?: number): void {
  const { store, table } = panel;
  const isThere = table.flow(flow) && (journey === undefined || table.journey(journey));
  panel.wanted = isThere ? undefined : [flow, journey, hop];
  if (!isThere) return;
  let { folding } = store.state;
  if (journey !== undefined) folding = folding.with(flowKey(flow), true);
  if (journey !== undefined && hop !== undefined) folding = folding.with(packetKey(journey), true);
  const key =
    journey === undefined ? flowKey(flow) : hop === undefined ? packetKey(journey) : hopKey(journey, hop);
  store.update({ folding, filter: '', follow: false });
  openArp(panel, flow);
  select(panel, key);
}

/** A flow that is folded into one row with others has none of its own. */
function openArp({ store, list }: Panel, flow: number): void {
  if (list.index.has(flowKey(flow))) return;
  const row = list.rows.find((one) => one.kind === 'arp' && one.flows.includes(flow));
  if (row) store.update({ folding: store.state.folding.with(row.key, true) });
}

/** Selects a row; when details are open they follow. */
export function select(panel: Panel, key: string | undefined): void {
  const { store } = panel;
  store.update({ selected: key });
  if (key !== undefined) panel.scrollTo(key);
  void loadDetails(panel);
}

export function toggle(panel: Panel, row: Row, open = !row.open): void {
  if (row.open === undefined) return;
  panel.store.update({ folding: panel.state.folding.with(row.key, open) });
}

/** The row `steps` away from the selected one, of those that `wanted` accepts. */
export function move(panel: Panel, steps: number, wanted: (row: Row) => boolean = () => true): void {
  const { rows, index } = panel.list;
  const { selected } = panel.state;
  const from = selected === undefined ? undefined : index.get(selected);
  if (from === undefined) {
    const first = rows.find(wanted);
    if (first) select(panel, first.key);
    return;
  }
  let at = from;
  for (let left = Math.abs(steps); left > 0; left--) {
    let next = at + Math.sign(steps);
    while (rows[next] && !wanted(rows[next]!)) next += Math.sign(steps);
    if (!rows[next]) break;
    at = next;
  }
  if (at !== from) select(panel, rows[at]!.key);
}

/** Steps from hop to hop through the packets, unfolding them on the way. */
export function stepHop(panel: Panel, step: 1 | -1): void {
  const { table } = panel;
  const row = panel.selectedRow ?? panel.list.rows[0];
  if (!row || row.kind === 'change') return move(panel, step);
  if (row.kind === 'hop') {
    const next = row.hop + step;
    if (next >= 0 && next < table.hopCountOf(row.journey)) return reveal(panel, row.flow, row.journey, next);
  }
  const own = row.kind === 'arp' ? row.flows[0]! : row.flow;
  const packets = [...table.journeyIds(own)];
  const at = row.kind === 'hop' || row.kind === 'packet' ? packets.indexOf(row.journey) : -1;
  const target = row.kind === 'packet' && step > 0 ? at : at + step;
  const journey = packets[target];
  if (journey !== undefined) return revealHop(panel, own, journey, step);
  const flows = [...table.flowIds()];
  const flow = flows[flows.indexOf(own) + step];
  const inFlow = flow === undefined ? [] : table.journeyIds(flow);
  const first = step > 0 ? inFlow[0] : inFlow[inFlow.length - 1];
  if (flow !== undefined && first !== undefined) revealHop(panel, flow, first, step);
}

function revealHop(panel: Panel, flow: number, journey: number, step: 1 | -1): void {
  reveal(panel, flow, journey, step > 0 ? 0 : panel.table.hopCountOf(journey) - 1);
}

/** What the host knows of a hop; of a packet, its first. A flow has none. Rejects as `HostLink.ask` does. */
export async function detailsOf(
  { host, table }: Panel,
  row: Row | undefined,
): Promise<HopDetails | undefined> {
  if (row?.kind !== 'hop' && row?.kind !== 'packet') return undefined;
  const hop = row.kind === 'hop' ? row.hop : 0;
  const hops = table.hopsOf(row.journey);
  if (hops[hop]?.covered) return undefined;
  const { details } = await host.ask({ kind: 'hop', journey: row.journey, hop });
  if (!hops.some(({ covered }) => covered)) return details;
  // What the forwarder decided about this packet is not to be told yet.
  const { hop: shown, confidence, in: before, out } = details;
  return { hop: shown, confidence, in: before, out };
}

async function loadDetails(panel: Panel): Promise<void> {
  const { store } = panel;
  const { detailsOpen, selected } = store.state;
  if (!detailsOpen) return;
  try {
    const details = await detailsOf(panel, panel.selectedRow);
    if (panel.state.selected === selected) store.update({ details, field: undefined });
  } catch (error) {
    store.update({ details: undefined, message: failure(error) });
  }
}

export function openDetails(panel: Panel): void {
  panel.store.update({ detailsOpen: true });
  void loadDetails(panel);
}
