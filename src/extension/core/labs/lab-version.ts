import type { TopologyDocument } from '../../../lab/topology/parse.ts';
import type { Places } from '../../../lab/topology/places.ts';
import { plannedOf } from '../../../lab/topology/plan-traffic.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import type { Problem } from '../../../lab/topology/problem.ts';
import type { Place } from '../../../lab/place.ts';
import type { TopologyText } from '../language/topology-text.ts';
import { pathOf } from './file-path.ts';

/** A version of a topology file that a lab can run: it has a plan. */
export class LabVersion {
  readonly text: string;
  readonly document: TopologyDocument;
  readonly plan: Plan;
  /** When it was taken to be run, in milliseconds since 1970. */
  readonly takenMs = Date.now();

  private constructor(text: string, document: TopologyDocument, plan: Plan) {
    this.text = text;
    this.document = document;
    this.plan = plan;
  }

  /** What is wrong with a text that no lab can run. */
  static of({ text, loaded }: TopologyText): LabVersion | readonly Problem[] {
    const { document, plan, problems } = loaded;
    return document && plan ? new LabVersion(text, document, plan) : problems;
  }

  get places(): Places {
    return this.document.places;
  }

  /** Which entries of the plan's traffic an entry of the file's is, both from 0: one for each of its clients. */
  trafficOf(entry: number): readonly number[] {
    return plannedOf(this.document, entry);
  }

  /** The line, from 1, of a place in the file. */
  lineOf(place: Place): number | undefined {
    if (place.kind === 'line') return place.line;
    const path = pathOf(place);
    return this.places.has(path.slice(0, 1)) ? this.places.of(path).start.line : undefined;
  }
}
