import { meetsProblems, type Difference } from '../../../journey/expectation.ts';
import type { Report } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { Place } from '../../../lab/place.ts';
import type { LoadedTopology } from '../../../lab/topology/load.ts';
import { labName } from '../../../lab/topology/parse.ts';
import type { Expectation } from '../../../lab/topology/plan.ts';
import type { LessonView } from '../../../panel-protocol/messages.ts';
import { lessonOf, nextLesson } from './lessons.ts';
import { lookouts } from './lookouts.ts';
import { partsOf } from './parts.ts';
import { isMendable, lessonState, type LessonState, type Wrong } from './state.ts';
import { lessonSteps } from './steps.ts';

interface LessonRecording {
  report(): Report;
  readonly changes: Parameters<typeof partsOf>[1];
  readonly plans: Parameters<typeof partsOf>[2];
}

/** The lesson that a file is, and how far it is by its lab's recording. @param file Its name without folders. */
export function lessonView(
  file: string,
  recording: LessonRecording,
  expect: Expectation,
  lineOf: (place: Place) => number | undefined,
  translate: Translate,
): LessonView {
  const parts = partsOf(recording.report(), recording.changes, recording.plans);
  const state = lessonState(parts, expect);
  const { shownBy, now } = state;
  const { report } = shownBy ?? parts.at(-1)!;
  const mend = now.kind === 'mended' ? undefined : mendOf(report, expect, lineOf);
  const verdict = verdictOf(state, translate);
  return {
    ...headOf(file, translate),
    steps: lessonSteps(report, expect, lessonOf(file)),
    shown: shownBy ? 'yes' : now.kind === 'otherwise' ? 'no' : 'not-yet',
    mended: !isMendable(expect) ? 'none' : now.kind === 'mended' ? 'yes' : 'not-yet',
    ...(verdict !== undefined && { verdict }),
    ...(mend && { mend }),
  };
}

/** The lesson that a file is of which no plan can be made: its errors are what it may mean to show. */
export function unplannedLesson(
  file: string,
  { expect, problems }: Pick<LoadedTopology, 'expect' | 'problems'>,
  translate: Translate,
): LessonView | undefined {
  if (!expect) return undefined;
  const { ok, differences } = meetsProblems(problems, expect);
  const first = problems.find(({ severity }) => severity === 'error');
  const says = (key: string) => translate(`problem.${first!.code}${key}`, first!.params);
  return {
    ...headOf(file, translate),
    steps: [],
    shown: ok ? 'yes' : 'no',
    mended: 'not-yet',
    ...(!ok && { verdict: otherwise(differences, translate) }),
    ...(first && { mend: { text: `${says('')} ${says('.remedy')}`, line: first.range.start.line } }),
  };
}

function headOf(file: string, translate: Translate): Pick<LessonView, 'title' | 'about' | 'page' | 'next'> {
  const name = lessonOf(file);
  if (!name) return { title: labName(file), page: false };
  const next = nextLesson(name);
  return {
    title: translate(`lesson.${name}`),
    // Where something goes wrong, rows and their explanation say what it is about.
    ...(lookouts[name] && { about: translate(`lesson-about.${name}`) }),
    page: true,
    ...(next && { next: translate(`lesson.${next}`) }),
  };
}

/** What explains the mistake, with what helps against it. */
function mendOf(
  { explanations }: Report,
  expect: Expectation,
  lineOf: (place: Place) => number | undefined,
): LessonView['mend'] {
  const told = explanations.find(({ code }) => expect.explanations.includes(code));
  if (!told) return undefined;
  const line = told.setting === undefined ? undefined : lineOf({ kind: 'setting', path: told.setting });
  return { text: told.text, ...(line !== undefined && { line }) };
}

function verdictOf({ now }: LessonState, translate: Translate): string | undefined {
  const says = (key: string, params = {}) => translate(`extension.lesson.${key}`, params);
  switch (now.kind) {
    case 'runs':
      return says('runs', { ended: now.ended, planned: now.planned });
    case 'as-expected':
      return undefined;
    case 'otherwise':
      return otherwise(now.differences, translate);
    case 'too-few':
      return says('too-few', { answered: now.answered, planned: now.planned });
    case 'still-wrong':
      return says('still-wrong', { why: whyNot(now.wrong, translate) });
    case 'mended':
      return says('mended', { count: now.answered });
  }
}

function otherwise(differences: readonly Difference[], translate: Translate): string {
  const texts = differences.map(({ what, expected, observed }) =>
    translate('cli.difference', {
      what: translate(`cli.what.${what}`),
      expected: expected || '–',
      observed: observed || '–',
    }),
  );
  return translate('extension.lesson.otherwise', { differences: texts.join('; ') });
}

function whyNot(wrong: Wrong, translate: Translate): string {
  switch (wrong.kind) {
    case 'requests':
      return translate('extension.lesson.wrong.requests', { failed: wrong.failed, asked: wrong.asked });
    case 'promise':
      return translate('extension.lesson.wrong.promise', { promise: wrong.text });
    case 'explanation':
    case 'findings':
      return translate(`extension.lesson.wrong.${wrong.kind}`);
  }
}
