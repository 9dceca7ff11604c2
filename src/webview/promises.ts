import type { Explanation, PromiseVerdict } from '../journey/report.ts';
import type { Panel } from './panel.ts';

/** The epoch that promises were last looked at in. */
function latestEpoch({ state }: Panel): number {
  return Math.max(0, ...state.promises.map(({ epoch }) => epoch));
}

/** What the model's promises came to since the last change of the file. */
export function promisesNow(panel: Panel): readonly PromiseVerdict[] {
  const epoch = latestEpoch(panel);
  return panel.state.promises.filter((one) => one.epoch === epoch);
}

/** Why something went wrong since the last change of the file. */
export function explanationsNow(panel: Panel): readonly Explanation[] {
  const epoch = latestEpoch(panel);
  return panel.state.explanations.filter((one) => one.epoch === epoch);
}
