import { basename } from 'node:path';
import type { CaptureSource } from '../captures/source.ts';
import { tellCaptures, type TellOptions } from '../captures/tell-captures.ts';
import type { ToldCaptures } from '../captures/told.ts';
import { frameNameOf } from '../extension/core/captures/frame-name.ts';
import { isoOf } from '../extension/core/captures/iso-of.ts';
import { unjudgedReport } from '../extension/core/captures/unjudged.ts';
import { JourneyBuilder } from '../journey/journey-builder.ts';
import type { Report } from '../journey/report.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { Translate } from '../l10n/translate.ts';
import type { LadderOptions } from './ladder/context.ts';

/** What captures tell, and how it is printed. */
export interface Story {
  readonly told: ToldCaptures;
  readonly report: Report;
  readonly startedAt: string;
  /** Packets and bytes by their numbers, and what those are called in the file. */
  readonly source: Required<Pick<LadderOptions, 'journey' | 'frame' | 'frameName'>>;
}

/** @param isJudged Whether somebody vouches for the plan: else promises are left out. */
export function storyOf(
  sources: readonly CaptureSource[],
  plan: Plan,
  options: TellOptions,
  translate: Translate,
  isJudged: boolean,
): Story {
  const told = tellCaptures(sources, plan, options);
  const { startNs, points: capturePoints, wholePoints, clockErrorsNs, refs, events } = told;
  const startedAt = isoOf(startNs);
  const points = { capturePoints, wholePoints, clockErrorsNs };
  const builder = new JourneyBuilder(told.plan, { engine: 'capture', startedAt, translate, ...points });
  builder.add(events);
  const whole = builder.report();
  const report = isJudged ? whole : unjudgedReport(whole);
  const frames = events.filter((event) => event.kind === 'frame');
  const files = sources.map(({ name }) => basename(name));
  return {
    told,
    report,
    startedAt,
    source: {
      journey: (id) => builder.journey(id)!,
      frame: (number) => frames[number - 1]!.bytes,
      frameName: (frame) => frameNameOf(files, refs[frame - 1]!),
    },
  };
}
