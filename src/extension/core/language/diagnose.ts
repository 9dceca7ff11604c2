import type { Problem, Range } from '../../../lab/topology/problem.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { Span } from './syntax/tree.ts';
import type { TopologyText } from './topology-text.ts';

/** A problem of the file in words. */
export interface ProblemText {
  readonly range: Span;
  readonly severity: Problem['severity'];
  readonly code: Problem['code'];
  /** What is wrong; on the next line, what to do. */
  readonly message: string;
  readonly related: readonly { readonly range: Span; readonly message: string }[];
  /** It does nothing and may be removed. */
  readonly isUnnecessary: boolean;
}

/** In the order of the file. */
export function diagnose({ loaded }: TopologyText, translate: Translate): ProblemText[] {
  return loaded.problems.map((problem) => {
    const { code, severity, params, range, related = [] } = problem;
    const message = translate(`problem.${code}`, params);
    const remedy = translate(`problem.${code}.remedy`, params);
    return {
      range: spanOf(range),
      severity,
      code,
      message: `${message}\n${remedy}`,
      related: related.map((other) => ({
        range: spanOf(other.range),
        message: translate('language.related', { name: other.name }),
      })),
      isUnnecessary: code === 'no-effect' || code === 'unused-segment',
    };
  });
}

export function spanOf({ start, end }: Range): Span {
  return { start: start.offset, end: end.offset };
}
