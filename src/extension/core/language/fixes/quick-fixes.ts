import type { Problem } from '../../../../lab/topology/problem.ts';
import type { Translate } from '../../../../l10n/translate.ts';
import { spanOf } from '../diagnose.ts';
import type { Span } from '../syntax/tree.ts';
import type { TextEdit } from '../text-edit.ts';
import type { TopologyText } from '../topology-text.ts';
import { addressFixes } from './address-fixes.ts';
import type { FixMaker } from './fix-maker.ts';
import { missingFixes } from './missing-fixes.ts';
import { modelFixes } from './model-fixes.ts';
import { removeEntry } from './remove-entry.ts';

/** An edit that removes a problem, or turns it into a smaller one. */
export interface QuickFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The problem it is for. */
  readonly problem: Problem;
  /** What was most likely meant. */
  readonly isPreferred: boolean;
}

/** Fixes of the problems that touch a range. */
export function quickFixes(topology: TopologyText, range: Span, translate: Translate): QuickFix[] {
  const touched = topology.loaded.problems.filter(({ range: { start, end } }) => {
    return start.offset <= range.end && end.offset >= range.start;
  });
  return touched.flatMap((problem) => {
    const { fix } = problem;
    const own = fix
      ? [
          {
            title: translate(`fix.${fix.kind}`, { text: fix.text.trim().replace(/^, /, '') }),
            edits: [{ range: spanOf(fix.range), text: fix.text }],
          },
        ]
      : [];
    const more = makers.flatMap((make) => make(topology, problem, translate));
    return [
      ...own.map((offer) => ({ ...offer, problem, isPreferred: true })),
      ...more.map((offer) => ({ ...offer, problem, isPreferred: false })),
    ];
  });
}

/** What does nothing, or is not known, may go. */
const removals: FixMaker = (topology, problem, translate) => {
  const { code, range } = problem;
  if (code !== 'no-effect' && code !== 'unknown-key' && code !== 'unused-segment') return [];
  const removal = removeEntry(topology, range.start.offset);
  return removal
    ? [{ title: translate('language.fix.remove', { name: removal.name }), edits: [removal.edit] }]
    : [];
};

const makers: readonly FixMaker[] = [addressFixes, missingFixes, modelFixes, removals];
