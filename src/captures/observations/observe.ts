import type { LabEvent } from '../../lab/events.ts';
import type { Plan } from '../../lab/topology/plan.ts';
import { baseName } from '../choices.ts';
import type { CaptureSource } from '../source.ts';
import { part, type Steps } from '../steps.ts';
import type { CaptureNote, FrameRef } from '../told.ts';
import { badChecksums } from './bad-checksums.ts';
import type { Observation } from './observation.ts';
import { unansweredQuestions } from './questions.ts';
import { repliesByDirector } from './replies-by-director.ts';
import { unanswered } from './unanswered.ts';

/** Of one kind no more are told one by one. */
const MOST = 5;
const MOST_FRAMES = 6;

/** In steps, what frames show by themselves, each with the frames that do, as notes. @param captured `NODE.SEGMENT` of all points. */
export function* observing(
  sources: readonly CaptureSource[],
  events: readonly LabEvent[],
  refs: readonly FrameRef[],
  plan: Plan,
  captured: ReadonlySet<string>,
): Steps<CaptureNote[]> {
  const frames = events.filter((event) => event.kind === 'frame');
  const nameOf = (index: number): string => {
    const { source, number } = refs[index]!;
    return sources.length > 1 ? `${baseName(sources[source]!.name)}:${number}` : String(number);
  };
  const found = [
    yield* part(unansweredQuestions(frames), 0, 0.1),
    yield* part(unanswered(frames, plan, captured), 0.1, 0.7),
    yield* part(repliesByDirector(frames, plan), 0.7, 0.8),
    yield* part(badChecksums(frames, refs), 0.8, 1),
  ];
  return found.flatMap((one) => told(one, nameOf));
}

function told(found: readonly Observation[], nameOf: (index: number) => string): CaptureNote[] {
  const notes = found.slice(0, MOST).map(({ code, params, frames }): CaptureNote => {
    const names = frames.slice(0, MOST_FRAMES).map(nameOf);
    const more = frames.length > MOST_FRAMES ? ['…'] : [];
    return { code: `observed.${code}`, params: { ...params, frames: [...names, ...more].join(', ') } };
  });
  const left = found.length - notes.length;
  return left > 0 ? [...notes, { code: 'observed.more', params: { count: left } }] : notes;
}
