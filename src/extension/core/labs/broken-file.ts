import type { Translate } from '../../../l10n/translate.ts';
import type { Problem } from '../../../lab/topology/problem.ts';
import { LabFailure } from './lab-failure.ts';

/** That a file with errors runs no lab; leads to the first of them. */
export function brokenFile(
  { uri, file }: { readonly uri: string; readonly file: string },
  problems: readonly Problem[],
  translate: Translate,
): LabFailure {
  const problem = problems.find(({ severity }) => severity === 'error')!;
  const { line } = problem.range.start;
  const params = { file, line, problem: translate(`problem.${problem.code}`, problem.params) };
  return new LabFailure(translate('extension.file-has-errors', params), {
    text: translate('extension.show-problem'),
    command: 'lbLab.showProblem',
    arguments: [uri, line],
  });
}
