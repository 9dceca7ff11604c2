import { CapturePoints } from '../../../src/journey/records/capture-points.ts';
import { FrameStore } from '../../../src/journey/records/frame-store.ts';
import { JourneyState } from '../../../src/journey/journey-state.ts';
import type { EpochTally } from '../../../src/journey/judgement/epoch-tally.ts';
import type { Report } from '../../../src/journey/report.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { makeTranslate } from '../../support/translate.ts';

/** All that is known of what was told so far, judged after each telling. */
export class Judged {
  readonly state: JourneyState;
  readonly #frames = new FrameStore();
  #number = 0;

  constructor(plan: Plan, engine: Report['engine'] = 'embedded', points = new CapturePoints({})) {
    this.state = new JourneyState(plan, engine, this.#frames, points);
  }

  /** @param events In order of time, all later than those told before. @param isSettling Somebody looks. */
  tell(events: readonly LabEvent[], isSettling = true): this {
    for (const event of events) {
      if (event.kind === 'frame') this.#frames.add(++this.#number, event);
      this.state.add(event, event.kind === 'frame' ? this.#number : 0);
    }
    this.state.advance(isSettling);
    return this;
  }

  tally(epoch = 0): EpochTally {
    return this.state.judge.tallies.get(epoch)!;
  }

  /** Of each packet that explanations may be made of, its kind. */
  get notable(): string[] {
    const { states } = this.state.joiner;
    const known = { states, unsent: [], gaveUp: [], later: undefined };
    const { journeys } = this.tally().failures(known);
    return journeys.map(({ kind }) => kind);
  }

  /** By promise. */
  verdicts(epoch = 0): Record<string, string> {
    const verdicts = this.tally(epoch).verdicts(makeTranslate('en'));
    return Object.fromEntries(verdicts.map(({ id, verdict }) => [id, verdict]));
  }
}
