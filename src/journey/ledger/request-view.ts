import { formatIpv4 } from '../../packet/address.ts';
import type { Load, Request } from '../report.ts';
import { findingOf } from './finding.ts';
import type { RequestRecord } from '../records/request-record.ts';

/**
 * A request as the report has it.
 * @param isWhole Whether all frames were recorded: else they cannot contradict a client.
 */
export function requestView(record: RequestRecord, isWhole: boolean): Request {
  const { asked, end, endNs, times } = record;
  const { entry, id, node, protocol, by, timeNs } = asked;
  const flows = [...record.flows].filter(({ gone }) => !gone);
  const sentNs =
    flows.length > 0 ? Math.max(timeNs, Math.min(...flows.map(({ startNs }) => startNs))) : undefined;
  const finding = isWhole ? findingOf(record) : undefined;
  return {
    id,
    ...(times > 1 && { times }),
    client: node,
    address: formatIpv4(entry.to),
    ...(protocol !== 'icmp' && { port: entry.port }),
    protocol,
    by,
    request: protocol === 'icmp' ? '' : entry.request,
    askedNs: timeNs,
    ...(sentNs !== undefined && { sentNs }),
    ...(end && { endNs }),
    outcome: outcomeOf(record),
    ...(end?.reason && { reason: end.reason }),
    ...(end?.bytes !== undefined && { bytes: end.bytes }),
    ...(end?.ofBytes !== undefined && { ofBytes: end.ofBytes }),
    ...(end?.load && { load: { requests: end.load.requests, errors: end.load.errors } }),
    flows: flows.map((flow) => flow.id).sort((a, b) => a - b),
    ...(finding && { finding }),
  };
}

/** What the client says; of what it got no answer to, frames may say more: refused, lost, or that it cannot be told. */
function outcomeOf({ end, flows }: RequestRecord): Request['outcome'] {
  switch (end?.outcome) {
    case undefined:
    case 'cut':
      return 'open';
    case 'answered':
    case 'partial':
    case 'unsent':
    case 'refused':
      return end.outcome;
    case 'untold':
    case 'timed-out':
    case 'unreachable': {
      const [flow] = flows;
      const seen = flow?.requests.length === 1 ? flow.outcome.kind : undefined;
      return seen === 'refused' || seen === 'ambiguous' ? seen : 'lost';
    }
  }
}

/** What a load came to; undefined before its end, or when there was none. */
export function loadView({ asked, end, endNs }: RequestRecord): Load | undefined {
  if (end?.load === undefined) return undefined;
  const { node, entry, timeNs } = asked;
  const { requests, errors, bytes, durationNs, p50Ns, p99Ns, limited } = end.load;
  return {
    client: node,
    address: formatIpv4(entry.to),
    port: entry.port,
    connections: entry.load?.connections ?? 1,
    startNs: timeNs,
    endNs,
    requests,
    errors,
    bytes,
    requestsPerSecond: durationNs > 0 ? requests / (durationNs / 1e9) : 0,
    p50Ns,
    p99Ns,
    limited,
  };
}
