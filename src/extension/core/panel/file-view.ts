import type { Translate } from '../../../l10n/translate.ts';
import type { FileView } from '../../../panel-protocol/messages.ts';
import type { LabSession } from '../labs/lab-session.ts';

interface Shown extends Pick<LabSession, 'outcome'> {
  readonly run: Pick<LabSession['run'], 'isRunning'>;
  readonly version: Pick<LabSession['version'], 'takenMs'>;
}

/**
 * How a file stands to its lab: not saved, or saved in vain. Of a lab that does not run nothing is in vain: its next start
 * says what is wrong.
 * @param isDirty Whether an editor has it with changes that are not saved.
 */
export function fileView({ outcome, run, version }: Shown, isDirty: boolean, translate: Translate): FileView {
  const unsaved = isDirty;
  if (!run.isRunning) return { unsaved };
  const runsOfMs = version.takenMs;
  if (outcome?.kind === 'failed') return { unsaved, fault: { text: outcome.error.message, runsOfMs } };
  if (outcome?.kind !== 'invalid') return { unsaved };
  const problem = outcome.problems.find(({ severity }) => severity === 'error');
  if (!problem) return { unsaved };
  const text = translate(`problem.${problem.code}`, problem.params);
  return { unsaved, fault: { text, line: problem.range.start.line, runsOfMs } };
}
