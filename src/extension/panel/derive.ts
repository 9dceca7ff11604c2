import type { JourneyBuilder } from '../../journey/journey-builder.ts';
import type { Flow, Journey, Report } from '../../journey/report.ts';

/** What is new or different since the last time. */
export interface Derived {
  readonly report: Report;
  readonly flows: readonly { readonly flow: Flow; readonly journeys: readonly Journey[] }[];
  readonly removedFlows: readonly number[];
}

/** Compares each report of a builder with the one before: a flow is handed on when it or one of its packets differs. */
export class Derivation {
  readonly #builder: JourneyBuilder;
  readonly #flows = new Map<number, string>();
  readonly #journeys = new Map<number, string>();

  constructor(builder: JourneyBuilder) {
    this.#builder = builder;
  }

  next(): Derived {
    const report = this.#builder.report();
    const byId = new Map(report.journeys.map((journey) => [journey.id, journey]));
    const changed: { flow: Flow; journeys: Journey[] }[] = [];
    const gone = new Set(this.#flows.keys());
    for (const flow of report.flows) {
      gone.delete(flow.id);
      const journeys = flow.journeys.flatMap((id) => byId.get(id) ?? []);
      const different = journeys.filter((journey) => differs(this.#journeys, journey.id, markOf(journey)));
      const mark = JSON.stringify(flow);
      if (differs(this.#flows, flow.id, mark) || different.length > 0)
        changed.push({ flow, journeys: different });
    }
    for (const id of gone) this.#flows.delete(id);
    return { report, flows: changed, removedFlows: [...gone] };
  }
}

function differs(marks: Map<number, string>, id: number, mark: string): boolean {
  if (marks.get(id) === mark) return false;
  marks.set(id, mark);
  return true;
}

/** All of a journey that later frames can change; what its frames say stays as it is. */
function markOf({ flow, outcome, confidence, direction, retransmission, hops }: Journey): string {
  const ends = hops.map(({ frame, to, confidence: sure, arrival }) => [
    frame,
    to,
    sure,
    arrival.fate,
    arrival.reason,
  ]);
  return JSON.stringify([flow, outcome, confidence, direction, retransmission, ends]);
}
