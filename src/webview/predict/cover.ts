import type { LaneView } from '../../panel-protocol/messages.ts';
import type { HopRow } from '../records/hop-row.ts';
import type { JourneyRow } from '../records/journey-row.ts';
import type { Rows } from '../records/rows.ts';
import { previousHop } from '../rows/changes.ts';

/** Steps that the reader has answered, by key: everything else that a forwarder does is covered. */
export type Cover = ReadonlySet<string>;

/** Names what a forwarder does to the packets of one direction of a flow: it is asked once. */
export function stepKey(flow: number, reply: boolean, node: number): string {
  return `${flow}.${reply ? 'reply' : 'request'}.${node}`;
}

/** Whether the hop shows what a forwarder did to a packet that it was sent: this can be asked. */
export function isStep(hops: readonly HopRow[], index: number, lanes: readonly LaneView[]): boolean {
  const hop = hops[index];
  return hop !== undefined && lanes[hop.from]?.forwards === true && previousHop(hops, index) !== undefined;
}

/** What is known of the steps of a flow's requests: there are none, one waits for its answer, or all have it. */
export type Requests = 'unasked' | 'waiting' | 'answered';

export function requestsOf(flow: number, rows: Rows, lanes: readonly LaneView[], cover: Cover): Requests {
  let found: Requests = 'unasked';
  for (const id of rows.journeyIds(flow)) {
    const journey = rows.journey(id);
    if (!journey || journey.reply || journey.kind === 'icmp-error') continue;
    const hops = rows.hopsOf(id);
    for (const { from, index } of hops) {
      if (!isStep(hops, index, lanes)) continue;
      if (!cover.has(stepKey(flow, false, from))) return 'waiting';
      found = 'answered';
    }
  }
  return found;
}

/**
 * From which hop of a packet on nothing of its headers may be seen; `Infinity` when all may. What a forwarder sent is
 * covered until its step is answered, and what comes after it, since the headers stay. A reply shows what its request
 * became, and an error quotes it: they are covered until all that was done to the requests is answered.
 */
export function coveredFrom(
  { id, kind, flow, reply }: JourneyRow,
  rows: Rows,
  lanes: readonly LaneView[],
  cover: Cover,
  requests: Requests,
): number {
  if (kind === 'arp-request' || kind === 'arp-reply') return Infinity;
  if (reply && requests === 'waiting') return 0;
  const hops = rows.hopsOf(id);
  if (kind === 'icmp-error' && requests !== 'answered') {
    const isForwarders = hops.some(({ from, to }) => lanes[from]?.forwards || lanes[to]?.forwards);
    if (requests === 'waiting' || isForwarders) return 0;
  }
  const first = hops.find(
    ({ from, index }) =>
      lanes[from]?.forwards === true &&
      !(isStep(hops, index, lanes) && cover.has(stepKey(flow, reply, from))),
  );
  return first?.index ?? Infinity;
}
