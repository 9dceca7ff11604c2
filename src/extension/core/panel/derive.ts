import type { Flow, Journey, Report } from '../../../journey/report.ts';
import type { Update } from '../../../journey/update.ts';
import type { Journeys } from '../../../mystery/seal-report.ts';

/** What is new or different since the last time. */
export interface Derived extends Pick<
  Report,
  'requests' | 'evictedRequests' | 'promises' | 'explanations' | 'counters' | 'skips'
> {
  readonly reset: boolean;
  /** Each with those of its packets that are new or different. */
  readonly flows: readonly { readonly flow: Flow; readonly journeys: readonly Journey[] }[];
  readonly removedRequests: readonly number[];
  readonly removedFlows: readonly number[];
  readonly removedJourneys: readonly number[];
}

const NOTHING = { removedRequests: [], removedFlows: [], removedJourneys: [] };

/** Follows a builder from now on; the first time everything is new. A builder has one follower at a time. */
export class Derivation {
  readonly #builder: Journeys;
  #told = false;

  constructor(builder: Journeys) {
    this.#builder = builder;
  }

  next(): Derived {
    const update = this.#builder.update();
    if (this.#told) return this.#grouped(update);
    this.#told = true;
    // Another follower may have been told of what is there already.
    return this.#grouped({ ...this.#builder.report(), reset: true, ...NOTHING });
  }

  #grouped({ flows, journeys, ...rest }: Update): Derived {
    const groups = new Map(flows.map((flow) => [flow.id, { flow, journeys: [] as Journey[] }]));
    for (const journey of journeys) {
      const group = groups.get(journey.flow);
      if (group) {
        group.journeys.push(journey);
        continue;
      }
      const flow = this.#builder.flow(journey.flow);
      if (flow) groups.set(flow.id, { flow, journeys: [journey] });
    }
    return { ...rest, flows: [...groups.values()].sort((a, b) => a.flow.id - b.flow.id) };
  }
}
