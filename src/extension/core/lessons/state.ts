import { meetsExpectation, type Difference } from '../../../journey/expectation.ts';
import type { Report } from '../../../journey/report.ts';
import { totalsOf } from '../../../journey/request-totals.ts';
import type { Expectation } from '../../../lab/topology/plan.ts';
import type { Part } from './parts.ts';

/** How far a lesson is, by what was recorded. */
export interface LessonState {
  /** The part that showed exactly what the file expects; undefined when none did. */
  readonly shownBy?: Part;
  /** Of the newest part. */
  readonly now:
    /** What its file asks for has not all come to its end. */
    | { readonly kind: 'runs'; readonly ended: number; readonly planned: number }
    | { readonly kind: 'as-expected' }
    | { readonly kind: 'otherwise'; readonly differences: readonly Difference[] }
    /** After an edit, nothing went wrong so far, and too little was asked to say that it is mended. */
    | { readonly kind: 'too-few'; readonly answered: number; readonly planned: number }
    | { readonly kind: 'still-wrong'; readonly wrong: Wrong }
    | { readonly kind: 'mended'; readonly answered: number };
}

/** What is wrong after an edit: the first of these that there is. */
export type Wrong =
  | { readonly kind: 'requests'; readonly failed: number; readonly asked: number }
  | { readonly kind: 'promise'; readonly text: string }
  | { readonly kind: 'explanation' | 'findings' };

/** Whether a file that expects this has something to mend: the others only show something. */
export function isMendable({ outcomes, broken, explanations, problems }: Expectation): boolean {
  const named = broken.length + explanations.length + problems.length;
  return named > 0 || outcomes.some((outcome) => outcome !== 'answered');
}

/**
 * Judges the parts of a recording against what their file expects. Mended is a newest part in which as much was asked as
 * the file asks for by itself, everything was answered and no promise is broken; and where a cause is all that the lesson has, that is gone.
 */
export function lessonState(parts: readonly [Part, ...Part[]], expect: Expectation): LessonState {
  const shownBy = parts.find((part) => isWhole(part) && meetsExpectation(part.report, expect).ok);
  return { ...(shownBy && { shownBy }), now: nowOf(parts.at(-1)!, parts.length > 1, shownBy, expect) };
}

function nowOf(
  newest: Part,
  isEdited: boolean,
  shownBy: Part | undefined,
  expect: Expectation,
): LessonState['now'] {
  if (newest === shownBy) return { kind: 'as-expected' };
  const { report, planned } = newest;
  const { answered, asked, ended } = tallied(report);
  if (isMendable(expect)) {
    const wrong = wrongIn(report, expect);
    if (!wrong && asked > 0 && answered === asked && answered >= planned) return { kind: 'mended', answered };
    if (isEdited) return wrong ? { kind: 'still-wrong', wrong } : { kind: 'too-few', answered, planned };
  } else if (shownBy) return { kind: 'as-expected' };
  if (!isWhole(newest)) return { kind: 'runs', ended, planned };
  return { kind: 'otherwise', differences: meetsExpectation(report, expect).differences };
}

function wrongIn(report: Report, expect: Expectation): Wrong | undefined {
  const { asked, failed } = tallied(report);
  if (failed > 0) return { kind: 'requests', failed, asked };
  const broken = report.promises.find(({ verdict }) => verdict === 'broken');
  if (broken) return { kind: 'promise', text: broken.text };
  // Where requests are to fail, or promises to be broken, it is enough that they are not.
  const isAllThereIs =
    expect.broken.length === 0 && expect.outcomes.every((outcome) => outcome === 'answered');
  const told = report.explanations.some(({ code }) => expect.explanations.includes(code));
  if (isAllThereIs && told) return { kind: 'explanation' };
  const isDoubted = [...report.requests, ...report.evictedRequests].some(({ finding }) => finding);
  return isDoubted ? { kind: 'findings' } : undefined;
}

/** Everything that the file asks for has come to its end. */
function isWhole({ report, planned }: Part): boolean {
  return tallied(report).ended >= planned;
}

function tallied({ requests, evictedRequests }: Report) {
  const { asked, answered, open } = totalsOf([...requests, ...evictedRequests]);
  return { asked, answered, ended: asked - open, failed: asked - open - answered };
}
