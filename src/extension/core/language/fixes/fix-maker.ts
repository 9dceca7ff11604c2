import type { Problem } from '../../../../lab/topology/problem.ts';
import type { Translate } from '../../../../l10n/translate.ts';
import type { TextEdit } from '../text-edit.ts';
import type { TopologyText } from '../topology-text.ts';

/** A way to make other fixes than the one that comes with a problem. */
export type FixMaker = (topology: TopologyText, problem: Problem, translate: Translate) => Offer[];

export interface Offer {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}
