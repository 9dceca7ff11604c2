import { totalsOf } from '../journey/request-totals.ts';
import type { Report } from '../journey/report.ts';
import type { Translate } from '../l10n/translate.ts';

/** What ended a run before its end: an option, Docker's limit, its user, or what else there is (too much work, a lost lab). */
export type Cut = 'duration' | 'docker' | 'interrupted' | 'ended';

/** What a run that was cut short lacks; nothing when it was not, or lacks nothing. */
export function cutLines(
  { requests, evictedRequests }: Report,
  isWhole: boolean,
  why: Cut,
  endNs: number,
  translate: Translate,
): string[] {
  const cut = [
    ...requests.filter(({ outcome, reason }) => outcome === 'open' || reason === 'cut'),
    ...evictedRequests.filter(({ outcome }) => outcome === 'open'),
  ];
  if (isWhole && cut.length === 0) return [];
  const { unsent, open } = totalsOf(cut);
  const seconds = (endNs / 1e9).toFixed(2);
  return [
    translate(`cli.cut.${why}`, { seconds }),
    cut.length > 0 ? translate('cli.cut-requests', { unsent, open }) : translate('cli.cut-connections'),
  ];
}
