import type { DecisionEvent, LabEvent, PlanEvent } from '../lab/events.ts';
import { diffPlans } from '../lab/topology/diff.ts';
import { planAt } from '../lab/topology/plan-at.ts';
import type { Plan } from '../lab/topology/plan.ts';

/**
 * What a lab with something hidden tells: frames, who asked and what the client got, which nodes run. Not what a node did
 * with a packet and why, and of the plan what its file says. What is kept of a run that was sealed so cannot give the hidden
 * away, whoever reads it.
 */
export class EventSeal {
  readonly #plan: () => Plan;
  #before: Plan | undefined;

  /** @param plan As the file says by now, without what is hidden. */
  constructor(plan: () => Plan) {
    this.#plan = plan;
  }

  take(events: readonly LabEvent[]): LabEvent[] {
    return events.flatMap((event) => this.#sealed(event) ?? []);
  }

  #sealed(event: LabEvent): LabEvent | undefined {
    switch (event.kind) {
      case 'host':
        return undefined;
      case 'decision':
        return sealedDecision(event);
      case 'plan':
        return this.#sealedPlan(event);
      default:
        return event;
    }
  }

  #sealedPlan({ timeNs, epoch, durationNs, by, cause }: PlanEvent): PlanEvent {
    const plan = planAt(this.#plan(), timeNs);
    const changes = this.#before ? diffPlans(this.#before, plan) : [];
    this.#before = plan;
    const why = { ...(by !== undefined && { by }), ...(cause !== undefined && { cause }) };
    return { kind: 'plan', timeNs, epoch, plan, changes, durationNs, ...why };
  }
}

/** Which frame came of which, and nothing else: the same packet is to be known again behind the director. */
function sealedDecision(event: DecisionEvent): DecisionEvent | undefined {
  const { timeNs, node, framesIn, framesOut, relation, rule, service, server, connection } = event;
  if (relation === 'dropped') return undefined;
  return {
    ...{ kind: 'decision', timeNs, node, framesIn, framesOut, relation, rule },
    ...(service !== undefined && { service }),
    ...(server !== undefined && { server }),
    ...(connection !== undefined && { connection }),
  };
}
