import type { Translate } from '../../../l10n/translate.ts';
import { LabFailure } from './lab-failure.ts';
import type { LabSession } from './lab-session.ts';

/** Throws a `LabFailure` while somebody predicts what the lab's forwarders do, for what is asked for would tell. */
export function refuseCovered(
  { isCovered, uri }: Pick<LabSession, 'isCovered' | 'uri'>,
  translate: Translate,
): void {
  if (!isCovered) return;
  const remedy = {
    text: translate('extension.status.show'),
    command: 'lbLab.showFlow',
    arguments: [uri],
  } as const;
  throw new LabFailure(translate('extension.covered'), remedy);
}
