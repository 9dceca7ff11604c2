import { decodeFrame } from '../packet/decode.ts';
import { diffFrames } from '../packet/diff.ts';
import type { FlowRecord } from './records/flow-record.ts';
import type { HopRecord } from './records/hop-record.ts';
import { confidenceOf, type JourneyRecord } from './records/journey-record.ts';
import { expectedRows } from './predictions/prediction-rows.ts';
import type { Flow, Hop, HopChange, Journey } from './report.ts';
import { roleOf } from './records/signature.ts';

/**
 * What is handed out. Hops, changes and expectations are made when somebody looks: most are never looked at. They are
 * getters of the object's own, enumerable, so that JSON and copies hold their values.
 */
export function flowView(flow: FlowRecord): Flow {
  return {
    id: flow.id,
    kind: flow.kind,
    epoch: flow.stage.epoch,
    client: flow.client,
    service: flow.service,
    ...(flow.server && { server: flow.server }),
    request: flow.request,
    response: flow.response,
    outcome: flow.outcome,
    ...requestsOf(flow),
    begun: flow.begun,
    ...(flow.partial && { partial: flow.partial }),
    startNs: flow.startNs,
    endNs: flow.endNs,
    journeys: flow.journeys.map(({ id }) => id),
  };
}

/** A load counts its requests itself. */
function requestsOf({ requests, partial }: FlowRecord): Pick<Flow, 'requests'> {
  if (requests.length === 0 || partial === 'load') return {};
  const answered = requests.filter(({ end }) => end?.outcome === 'answered').length;
  return { requests: { asked: requests.length, answered } };
}

export function journeyView(journey: JourneyRecord): Journey {
  const flow = journey.flow!;
  let hops: readonly Hop[] | undefined;
  return {
    id: journey.id,
    flow: flow.id,
    epoch: journey.first.stage.epoch,
    direction: journey.direction,
    kind: journey.kind,
    retransmission: journey.retransmission,
    outcome: journey.outcome,
    confidence: journey.confidence,
    get hops() {
      return (hops ??= journey.hops.map((hop, index) => hopView(hop, index, journey, flow)));
    },
  };
}

function hopView(hop: HopRecord, index: number, journey: JourneyRecord, flow: FlowRecord): Hop {
  let changes: readonly HopChange[] | undefined;
  let expected: Hop['expected'] | undefined;
  return {
    from: hop.from,
    to: hop.to,
    segment: hop.segment,
    timeNs: hop.timeNs,
    frame: hop.frame,
    frames: hop.frames,
    get changes() {
      return (changes ??= changesOf(hop, flow));
    },
    confidence: confidenceOf(hop),
    arrival: hop.arrival!,
    get expected() {
      return (expected ??= expectedRows(journey, index));
    },
  };
}

function changesOf(hop: HopRecord, flow: FlowRecord): HopChange[] {
  if (hop.previous === undefined) return [];
  const before = decodeFrame(hop.previous.facts.bytes, hop.previous.originalLength);
  const after = decodeFrame(hop.facts.bytes, hop.originalLength);
  return diffFrames(before, after).map((change) => ({ ...change, role: roleOf(change.field, hop, flow) }));
}
