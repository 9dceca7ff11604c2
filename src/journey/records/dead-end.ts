import type { FlowRecord } from './flow-record.ts';
import type { HopRecord } from './hop-record.ts';

/**
 * The hop by which the latest request came to a node that could not answer it: it knows no way to whoever had sent it, so
 * that its kernel sent nothing. Only in a lab, whose routes are those of its plan; `undefined` where anything came back.
 */
export function deadEndOf({
  requests,
  partial,
  replied,
  journeys,
  client,
}: FlowRecord): HopRecord | undefined {
  if (requests.length === 0 || partial) return undefined;
  const taken = journeys.findLast(
    ({ direction, kind, last: { arrival } }) =>
      direction === 'request' &&
      kind !== 'icmp-error' &&
      (arrival?.fate === 'accepted' || arrival?.fate === 'unwrapped'),
  );
  if (taken === undefined) return undefined;
  const { last } = taken;
  const { network, points } = last.stage;
  const node = network.node(last.to);
  if (!node || node.forwarder || node.name === client.node || replied.includes(node.name)) return undefined;
  const { source } = last.facts;
  const isAnswerable = network.isLocal(node, source) || network.route(node, source) !== undefined;
  return isAnswerable || !points.hasAll(node) ? undefined : last;
}
