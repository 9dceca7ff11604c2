import type { Translate } from '../l10n/translate.ts';
import { explain } from './explanations/explanations.ts';
import type { JourneyState } from './journey-state.ts';
import type { EpochTally } from './judgement/epoch-tally.ts';
import { loadView } from './ledger/request-view.ts';
import type { Counters, Explanation, PromiseVerdict } from './report.ts';
import type { Ring } from './ring.ts';
import type { Summary } from './update.ts';

/** With more than this to explain, explanations wait until there is this share more. */
const EXPLAINED_AT_ONCE = 300;
const SHARE_MORE = 0.25;

/** What is said about all of a recording. */
export class Summarizer {
  readonly #translate: Translate;
  /** As of some earlier time, and how much has changed since. */
  #explanations: Explanation[] = [];
  #unexplained = 0;

  constructor(translate: Translate) {
    this.#translate = translate;
  }

  /** So much is new or changed since. */
  changed(count: number): void {
    this.#unexplained += count;
  }

  /** @param all Explanations too, whatever they cost. */
  summary(state: JourneyState, ring: Ring, all: boolean): Summary {
    const { joiner, judge } = state;
    const tallies = joiner.stages.map(({ epoch }) => judge.tallies.get(epoch)!);
    this.#explain(state, tallies, all);
    return {
      epochs: joiner.stages.map(({ epoch, timeNs, changes, by }) => ({
        epoch,
        timeNs,
        changes,
        ...(by !== undefined && { by }),
      })),
      promises: tallies.flatMap((tally): PromiseVerdict[] => tally.verdicts(this.#translate)),
      explanations: this.#explanations,
      evictedRequests: joiner.ledger.evicted.all,
      loads: [...joiner.ledger.loads].flatMap((record) => loadView(record) ?? []),
      captures: joiner.recording.captures,
      skips: joiner.recording.skips,
      counters: countersOf(state, ring),
    };
  }

  #explain(state: JourneyState, tallies: readonly EpochTally[], all: boolean): void {
    const notable = tallies.reduce((sum, tally) => sum + tally.notable, 0);
    const isCheap = notable <= EXPLAINED_AT_ONCE || this.#unexplained >= notable * SHARE_MORE;
    if (this.#unexplained === 0 || (!all && !isCheap)) return;
    const failures = tallies.map((tally, index) => {
      const { epoch } = tally.stage;
      return tally.failures({
        states: state.joiner.states,
        unsent: state.unsent(epoch),
        gaveUp: state.gaveUp(epoch),
        later: tallies[index + 1]?.stage.network,
      });
    });
    this.#explanations = explain(failures, this.#translate);
    this.#unexplained = 0;
  }
}

function countersOf({ joiner, judge }: JourneyState, { evictedFrames, evictedFlows }: Ring): Counters {
  const { frames, hops, flooded, foreign, undecodable, decisions } = joiner.counters;
  const { captureLoss, overBudget, cut, decisionsLost } = joiner.counters;
  return {
    frames,
    hops,
    flooded,
    foreign,
    captureLoss,
    overBudget,
    cut,
    decisionsLost,
    undecodable,
    ambiguousJoins: judge.ambiguousJoins,
    directorBytes: judge.directorBytes.sum,
    directorBytesEach: judge.directorBytes.each,
    decisions: { ...decisions },
    evictedFrames,
    evictedFlows,
  };
}
