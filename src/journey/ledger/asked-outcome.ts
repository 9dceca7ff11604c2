import type { FlowRecord } from '../records/flow-record.ts';
import type { FlowOutcome } from '../report.ts';
import type { RequestRecord } from '../records/request-record.ts';

/**
 * How a flow did whose client tells. Its word decides whether the answer came; frames tell why it did not.
 * @param seen What frames show of the whole flow.
 * @param shortfall What they show besides, where something came back.
 */
export function askedOutcome(
  requests: readonly RequestRecord[],
  flow: FlowRecord,
  seen: FlowOutcome,
  shortfall: () => FlowOutcome | undefined,
): FlowOutcome {
  const ends = requests.map(({ end }) => end);
  if (ends.every((end) => end?.outcome === 'answered')) return { kind: 'answered' };
  if (ends.includes(undefined)) return seen.kind === 'answered' ? { kind: 'open' } : seen;
  const part = ends.length === 1 && ends[0]?.outcome === 'partial' ? ends[0] : undefined;
  const hasGivenUp = ends.some((end) => end?.outcome === 'timed-out');
  const isAfterwards = (how: FlowOutcome | undefined) =>
    hasGivenUp && how !== undefined && isFarewell(how, flow);
  const shown = part || isAfterwards(seen) || seen.kind === 'answered' ? shortfall() : seen;
  const cause = isAfterwards(shown) ? undefined : shown;
  if (part) {
    const { bytes = 0, ofBytes } = part;
    const place = placeOf(cause);
    return { kind: 'partial', bytes, ...(ofBytes !== undefined && { ofBytes }), ...place };
  }
  if (cause && cause.kind !== 'open') return cause;
  if (ends.some((end) => end?.outcome === 'cut')) return { kind: 'open', reason: 'cut' };
  if (ends.some((end) => end?.outcome === 'timed-out' || end?.outcome === 'partial'))
    return { kind: 'lost', at: flow.client.node, reason: 'client-gave-up', frames: [] };
  const untold = ends.find((end) => end?.outcome === 'untold');
  if (untold)
    return { kind: 'lost', at: flow.client.node, reason: untold.reason ?? 'client-silent', frames: [] };
  return cause ?? { kind: 'open' };
}

/** Who has given up refuses what still comes: that is not why the answer did not. */
function isFarewell(how: FlowOutcome, { client, serviceAddress, service, journeys }: FlowRecord): boolean {
  if (how.kind === 'refused' && how.reason === 'reset-by-client') return true;
  const isOwn =
    (how.kind === 'refused' && how.by === client.node) || (how.kind === 'lost' && how.at === client.node);
  if (!isOwn || how.reason !== 'port-unreachable') return false;
  // About a datagram from where it had asked: nobody was listening there any more.
  return journeys.some(({ kind, first: { from, facts } }) => {
    const about = kind === 'icmp-error' && from === client.node ? facts.quoted : undefined;
    return about?.source === serviceAddress && about.sourcePort === service.port;
  });
}

/** Where it failed and why, of what is answered in part. */
export function placeOf(
  cause: FlowOutcome | undefined,
): Pick<FlowOutcome & { kind: 'partial' }, 'at' | 'reason' | 'frames'> {
  if (cause?.kind === 'lost') return { at: cause.at, reason: cause.reason, frames: cause.frames };
  if (cause?.kind === 'refused') return { at: cause.by, reason: cause.reason, frames: cause.frames };
  return { frames: [] };
}
