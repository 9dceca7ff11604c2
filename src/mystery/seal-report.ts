import type { JourneyBuilder } from '../journey/journey-builder.ts';
import type { Arrival, Flow, FlowOutcome, Hop, Journey, Report, Request } from '../journey/report.ts';
import type { Summary, Update } from '../journey/update.ts';

/** What is asked of a builder, and given to it; `JourneyBuilder` is one. */
export type Journeys = Pick<
  JourneyBuilder,
  'add' | 'keepUp' | 'update' | 'report' | 'flow' | 'journey' | 'frame' | 'flowCount'
>;

/** In a reason's place: there is one, and it is for the learner to find. */
const SEALED = 'sealed';

/**
 * What the frames of a sealed lab show, without any judgement of it: no promise, no explanation, nothing that was predicted,
 * and of no packet what a node did with it inside. `EventSeal` has the rest.
 */
export function sealedJourneys(builder: Journeys): Journeys {
  return {
    add: (events) => builder.add(events),
    keepUp: () => builder.keepUp(),
    update: () => {
      const update = builder.update();
      return { ...update, ...sealedSummary(update), ...sealedLists(update) } satisfies Update;
    },
    report: () => sealedReport(builder.report()),
    flow: (id) => whole(builder.flow(id), sealedFlow),
    journey: (id) => whole(builder.journey(id), sealedJourney),
    frame: (number) => builder.frame(number),
    get flowCount() {
      return builder.flowCount;
    },
  };
}

export function sealedReport(report: Report): Report {
  const { requests, flows } = sealedLists(report);
  let views: readonly Journey[] | undefined;
  return {
    ...{ model: report.model, engine: report.engine, startedAt: report.startedAt },
    ...sealedSummary(report),
    requests,
    flows,
    get journeys() {
      return (views ??= report.journeys.map(sealedJourney));
    },
  };
}

/** For a capture without comments. */
export function plainReport(report: Report): Report {
  return { ...report, flows: [], journeys: [] };
}

function sealedSummary(summary: Summary): Summary {
  const { epochs, evictedRequests, loads, captures, skips, counters } = summary;
  return {
    ...{ epochs, evictedRequests, loads, captures, skips },
    promises: [],
    explanations: [],
    counters: { ...counters, decisions: {} },
  };
}

function sealedLists({ requests, flows, journeys }: Pick<Update, 'requests' | 'flows' | 'journeys'>) {
  return {
    requests: requests.map(sealedRequest),
    flows: flows.map(sealedFlow),
    journeys: journeys.map(sealedJourney),
  };
}

function sealedRequest(request: Request): Request {
  const sealed: { -readonly [Key in keyof Request]: Request[Key] } = { ...request };
  delete sealed.finding;
  return sealed;
}

function sealedFlow(flow: Flow): Flow {
  return { ...flow, outcome: sealedOutcome(flow.outcome) };
}

/** Who refused, a frame shows. */
function sealedOutcome(outcome: FlowOutcome): FlowOutcome {
  switch (outcome.kind) {
    case 'lost':
      return { kind: 'lost', at: '', reason: SEALED, frames: [] };
    case 'refused':
      return { ...outcome, reason: SEALED };
    case 'partial': {
      const { bytes, ofBytes } = outcome;
      return { kind: 'partial', bytes, ...(ofBytes !== undefined && { ofBytes }), frames: [] };
    }
    default:
      return outcome;
  }
}

export function sealedJourney(journey: Journey): Journey {
  const { outcome } = journey;
  return {
    ...journey,
    // It arrived: its frame was captured there.
    outcome: outcome === 'dropped' ? 'arrived' : outcome,
    hops: journey.hops.map(sealedHop),
  };
}

function sealedHop(hop: Hop): Hop {
  return { ...hop, arrival: sealedArrival(hop.arrival), expected: [] };
}

/** What frames show: that it went on, or never came. */
function sealedArrival({ fate, decision }: Arrival): Arrival {
  const isShown = fate === 'forwarded' || fate === 'lost';
  if (fate !== 'forwarded' || !decision) return { fate: isShown ? fate : 'unseen', reason: '' };
  const { rule, service, server, connection } = decision;
  return {
    fate,
    reason: '',
    decision: {
      rule,
      ...(service !== undefined && { service }),
      ...(server !== undefined && { server }),
      ...(connection !== undefined && { connection }),
    },
  };
}

function whole<Item>(item: Item | undefined, sealed: (item: Item) => Item): Item | undefined {
  return item && sealed(item);
}
