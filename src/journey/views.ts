import type { HealthEvent } from '../lab/events.ts';
import { decodeFrame } from '../packet/decode.ts';
import { diffFrames } from '../packet/diff.ts';
import type { DecodedFrame } from '../packet/layers.ts';
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
  const { id, kind, stage, client, service, server, request, response, outcome, begun, partial } = flow;
  // Step by step: spreading what may be absent would give each object a shape of its own.
  const view = { id, kind, epoch: stage.epoch, client, service } as { -readonly [K in keyof Flow]: Flow[K] };
  if (server) view.server = server;
  view.request = request;
  view.response = response;
  view.outcome = outcome;
  const requests = requestsOf(flow);
  if (requests) view.requests = requests;
  view.begun = begun;
  if (partial) view.partial = partial;
  if (flow.takeover) view.takeover = flow.takeover;
  if (flow.health) view.health = healthView(flow.health);
  view.startNs = flow.startNs;
  view.endNs = flow.endNs;
  view.journeys = flow.journeys.map((journey) => journey.id);
  return view;
}

function healthView(event: HealthEvent): NonNullable<Flow['health']> {
  const { service, server, isUp, timeNs, result, failures, isDrained, serving, sorry } = event;
  const rest = { ...(failures !== undefined && { failures }), ...(sorry && { sorry }) };
  return { service, server, isUp, timeNs, result, isDrained, serving, ...rest };
}

/** A load counts its requests itself. */
function requestsOf({ requests, partial }: FlowRecord): Flow['requests'] {
  if (requests.length === 0 || partial === 'load') return undefined;
  const answered = requests.filter(({ end }) => end?.outcome === 'answered').length;
  return { asked: requests.length, answered };
}

export function journeyView(journey: JourneyRecord): Journey {
  return new JourneyView(journey);
}

/**
 * The getters are the same functions for all, so that an object takes no more than its fields. Hops are made anew each
 * time they are asked for: whoever reads many journeys does not hold what was read of all.
 */
class JourneyView implements Journey {
  readonly id: number;
  readonly flow: number;
  readonly epoch: number;
  readonly direction: Journey['direction'];
  readonly kind: Journey['kind'];
  readonly retransmission: boolean;
  readonly outcome: Journey['outcome'];
  readonly confidence: Journey['confidence'];
  declare readonly hops: readonly Hop[];
  readonly #journey: JourneyRecord;

  static readonly #hopsOf: PropertyDescriptor & ThisType<JourneyView> = {
    enumerable: true,
    get() {
      return hopViews(this.#journey);
    },
  };

  constructor(journey: JourneyRecord) {
    this.id = journey.id;
    this.flow = journey.flow!.id;
    this.epoch = journey.first.stage.epoch;
    this.direction = journey.direction;
    this.kind = journey.kind;
    this.retransmission = journey.retransmission;
    this.outcome = journey.outcome;
    this.confidence = journey.confidence;
    this.#journey = journey;
    Object.defineProperty(this, 'hops', JourneyView.#hopsOf);
  }
}

function hopViews(journey: JourneyRecord): Hop[] {
  const details = new Details(journey);
  return journey.hops.map((hop, index) => new HopView(hop, index, details));
}

class HopView implements Hop {
  readonly from: string;
  readonly to: string;
  readonly segment: string;
  readonly timeNs: number;
  readonly frame: number;
  readonly frames: readonly number[];
  declare readonly changes: readonly HopChange[];
  // Declared only: they come after `changes` in the JSON.
  declare readonly confidence: Hop['confidence'];
  declare readonly arrival: Hop['arrival'];
  declare readonly expected: Hop['expected'];
  readonly #index: number;
  readonly #details: Details;

  static readonly #changesOf: PropertyDescriptor & ThisType<HopView> = {
    enumerable: true,
    get() {
      return this.#details.changes[this.#index];
    },
  };
  static readonly #expectedOf: PropertyDescriptor & ThisType<HopView> = {
    enumerable: true,
    get() {
      return this.#details.expected[this.#index];
    },
  };

  constructor(hop: HopRecord, index: number, details: Details) {
    this.from = hop.from;
    this.to = hop.to;
    this.segment = hop.segment;
    this.timeNs = hop.timeNs;
    this.frame = hop.frame;
    this.frames = hop.frames;
    Object.defineProperty(this, 'changes', HopView.#changesOf);
    this.confidence = confidenceOf(hop);
    this.arrival = hop.arrival!;
    Object.defineProperty(this, 'expected', HopView.#expectedOf);
    this.#index = index;
    this.#details = details;
  }
}

/** What takes long to tell, for all hops of a journey at once: each frame is decoded once, and foretold once. */
class Details {
  readonly #journey: JourneyRecord;
  #changes: readonly (readonly HopChange[])[] | undefined;
  #expected: readonly Hop['expected'][] | undefined;

  constructor(journey: JourneyRecord) {
    this.#journey = journey;
  }

  get changes(): readonly (readonly HopChange[])[] {
    return (this.#changes ??= changesOf(this.#journey));
  }

  get expected(): readonly Hop['expected'][] {
    return (this.#expected ??= expectedRows(this.#journey));
  }
}

function changesOf({ hops, flow }: JourneyRecord): HopChange[][] {
  const decoded = hops.map(decode);
  return hops.map((hop, index) => {
    const { previous } = hop;
    if (previous === undefined) return [];
    // What went before may not be in the recording any more.
    const before = decoded[hops.indexOf(previous)] ?? decode(previous);
    return diffFrames(before, decoded[index]!).map(({ field, before, after }) => ({
      field,
      before,
      after,
      role: roleOf(field, hop, flow!),
    }));
  });
}

function decode({ facts, originalLength }: HopRecord): DecodedFrame {
  return decodeFrame(facts.bytes, originalLength);
}
