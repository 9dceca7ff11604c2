import type { Translate } from '../../../l10n/translate.ts';
import type { LabSession } from '../labs/lab-session.ts';

export interface LabStatus {
  /** A codicon's name. */
  readonly icon: string;
  readonly text: string;
  readonly detail: string;
  readonly severity: 'information' | 'warning' | 'error';
}

interface Shown extends Pick<LabSession, 'outcome'> {
  readonly run: Pick<LabSession['run'], 'state' | 'engineName'>;
  readonly version: Pick<LabSession['version'], 'text'>;
}

/** How a running lab stands to its file: applied, pending, invalid, and what changed. @param now The text in the editor. */
export function statusOf(
  { outcome, run, version }: Shown,
  now: string | undefined,
  translate: Translate,
): LabStatus {
  const { state, engineName } = run;
  const status = (
    key: string,
    icon: string,
    detail: string,
    severity: LabStatus['severity'] = 'information',
  ): LabStatus => ({ icon, text: translate(`extension.status.${key}`), detail, severity });
  if (state.kind === 'starting') return status('starting', 'loading~spin', state.text);
  if (outcome?.kind === 'failed') return status('failed', 'error', outcome.error.message, 'error');
  if (outcome?.kind === 'invalid') {
    const problem = outcome.problems.find(({ severity }) => severity === 'error');
    const detail = problem ? translate(`problem.${problem.code}`, problem.params) : '';
    return status('invalid', 'warning', `${translate('extension.status.runs-on')} ${detail}`, 'warning');
  }
  if (now !== undefined && now !== version.text)
    return status('pending', 'circle-filled', translate('extension.status.pending-detail'));
  if (outcome?.kind === 'applied') {
    const { texts, durationMs } = outcome;
    const detail = translate('extension.status.applied-detail', {
      changes: texts.join('; '),
      ms: durationMs,
    });
    return status('applied', 'check', detail);
  }
  const notice = state.kind === 'running' ? state.notice : undefined;
  return status('running', 'pulse', notice ?? translate(`extension.engine.${engineName}`));
}
