import type { LabEvent } from '../../../lab/events.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import { planWithHidden } from '../../../mystery/hide.ts';
import type { MysteryProgress } from '../../../mystery/progress.ts';
import { EventSeal } from '../../../mystery/seal-events.ts';
import type { LabVersion } from './lab-version.ts';

/** What one run of a lab has beside its file: nothing, or a mystery's fault. */
export class HiddenPlan {
  readonly mystery: MysteryProgress | undefined;
  readonly #seal: EventSeal | undefined;
  #planned: { readonly of: LabVersion; readonly plan: Plan } | undefined;

  /** @param own The plan of the file by now. */
  constructor(mystery: MysteryProgress | undefined, own: () => Plan) {
    this.mystery = mystery;
    this.#seal = mystery && !mystery.isOver ? new EventSeal(own) : undefined;
  }

  get isSealed(): boolean {
    return this.#seal !== undefined;
  }

  /** As the lab runs with this version of the file. */
  planOf(version: LabVersion): Plan {
    const { mystery } = this;
    if (!mystery) return version.plan;
    if (this.#planned?.of !== version) {
      const plan = planWithHidden(version.document, mystery.mystery.fault) ?? version.plan;
      this.#planned = { of: version, plan };
    }
    return this.#planned!.plan;
  }

  /** What of these is recorded. */
  told(events: readonly LabEvent[]): readonly LabEvent[] {
    return this.#seal ? this.#seal.take(events) : events;
  }
}
