import type { Ipv4 } from '../../packet/address.ts';
import { deadEndOf } from '../records/dead-end.ts';
import type { FlowRecord } from '../records/flow-record.ts';
import type { HopRecord } from '../records/hop-record.ts';
import type { Reason } from '../records/reasons.ts';
import { destinationOf } from '../../packet/ipv4.ts';
import type { Failures } from './finding.ts';

/** A packet that came to its end, with or without a frame that shows it. */
export interface Symptom {
  readonly reason: Reason;
  /** Where: the node that kept it, did not send it, or was not reached. */
  readonly node: string;
  readonly segment: string | undefined;
  readonly hop: HopRecord | undefined;
  readonly flow: FlowRecord | undefined;
  /** Where it was to go from there. */
  readonly destination: Ipv4 | undefined;
  /** The address that was asked for by ARP. */
  readonly nextHop: Ipv4 | undefined;
}

const known = new WeakMap<Failures, readonly Symptom[]>();

/**
 * Of flows that failed; what was lost and sent again with success needs no cause. Unanswered questions are one symptom
 * each, whatever became of their frames.
 */
export function symptomsOf(evidence: Failures): readonly Symptom[] {
  let symptoms = known.get(evidence);
  if (symptoms === undefined)
    known.set(
      evidence,
      (symptoms = [
        ...ofHops(evidence),
        ...ofQuestions(evidence),
        ...ofHosts(evidence),
        ...ofDeadEnds(evidence),
      ]),
    );
  return symptoms;
}

/** A director that does not know a connection cuts it off, also when some of the answer is there. */
function isTelling(reason: string): boolean {
  return reason === 'no-connection' || reason === 'no-entry' || reason === 'server-removed';
}

export function hasFailed(flow: FlowRecord): boolean {
  return flow.kind !== 'vrrp' && flow.outcome.kind !== 'answered' && !flow.partial;
}

/** Its end is not in the capture: what of it was lost may have been sent again, and come. */
export function isEndUnknown({ outcome }: FlowRecord): boolean {
  return outcome.kind === 'open' && outcome.reason === 'not-captured';
}

/** Of a load's connections only those are among the troubles whose frames alone show them. */
function isOfFailedLoad({ partial, outcome, requests }: FlowRecord): boolean {
  if (partial !== 'load' || outcome.kind === 'answered') return false;
  return requests.some(({ end }) => end?.load !== undefined && end.load.errors > 0);
}

function ofHops({ troubles }: Failures): Symptom[] {
  return troubles
    .filter(
      ({ hop, flow, reason }) =>
        (hasFailed(flow) || isTelling(reason) || isOfFailedLoad(flow)) &&
        !(reason === 'link-loss' && isEndUnknown(flow)) &&
        hop.facts.kind !== 'arp' &&
        !hop.journey!.pending,
    )
    .map(({ hop, flow, reason }) => ({
      reason: reason as Reason,
      node: reason === 'link-loss' && !hop.received ? hop.from : hop.to,
      segment: hop.segment,
      hop,
      flow,
      destination: targetOf(hop, flow),
      nextHop: undefined,
    }));
}

function ofQuestions({ journeys }: Failures): Symptom[] {
  return journeys
    .filter(({ kind, flow }) => kind === 'arp-request' && flow!.outcome.kind === 'lost')
    .map(({ first, flow }) => ({
      reason: 'no-arp-reply' as const,
      node: first.from,
      segment: first.segment,
      hop: first,
      flow: flow!,
      destination: undefined,
      nextHop: first.facts.destination,
    }));
}

function ofHosts({ unsent }: Failures): Symptom[] {
  return unsent
    .filter(({ flow }) => flow === undefined || hasFailed(flow))
    .map(({ event: { reason, node, segment, packet, nextHop }, flow }) => ({
      reason,
      node,
      segment,
      hop: undefined,
      flow,
      destination: packet?.destination,
      nextHop,
    }));
}

/** What a host would have told, where nobody hears it. */
function ofDeadEnds({ gaveUp, unsent }: Failures): Symptom[] {
  const told = new Set(unsent.map(({ flow }) => flow));
  const flows = new Set(gaveUp.flatMap(({ flows }) => [...flows]));
  return [...flows].flatMap((flow) => {
    const hop = hasFailed(flow) && !told.has(flow) ? deadEndOf(flow) : undefined;
    if (hop === undefined) return [];
    const { to: node, segment, facts } = hop;
    return [{ reason: 'no-route', node, segment, hop, flow, destination: facts.source, nextHop: undefined }];
  });
}

/** Where the node had to send it: a director sends requests to the server that it chose, and replies to the client. */
function targetOf({ arrival, facts, stage, journey }: HopRecord, flow: FlowRecord): Ipv4 {
  const { service, server } = arrival?.decision ?? {};
  if (service !== undefined && journey?.direction === 'reply') return flow.clientAddress;
  const { servers } = stage.network.plan.services.find(({ name }) => name === service) ?? {};
  const chosen = servers?.find(({ name }) => name === server)?.address;
  if (chosen !== undefined) return chosen;
  return destinationOf(facts.bytes, facts.routedAt);
}
