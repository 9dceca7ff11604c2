import type { meetsExpectation } from '../journey/expectation.ts';
import type { Report } from '../journey/report.ts';
import type { Translate } from '../l10n/translate.ts';
import type { Expectation } from '../lab/topology/plan.ts';
import type { Painter } from './paint.ts';
import { answeredLines, requestLines } from './request-lines.ts';
import { budgetLines, loadLines } from './traffic-lines.ts';

const marks = { kept: ['good', '✓'], broken: ['bad', '✗'], 'not seen': ['routine', '○'] } as const;

/** The promises with their verdicts and evidence, the explanations, and if it was judged whether all this is what the file meant to show. Frames are called by `frameName`. */
export function verdicts(
  report: Report,
  met: ReturnType<typeof meetsExpectation> | undefined,
  expect: Expectation | undefined,
  translate: Translate,
  paint: Painter,
  frameName: (frame: number) => string = String,
): string[] {
  const lines = ['', paint('heading', translate('cli.promises'))];
  for (const promise of report.promises) {
    const [tone, mark] = marks[promise.verdict];
    const epoch = report.epochs.length > 1 ? `[${promise.epoch}] ` : '';
    const frames =
      promise.evidence.length > 0
        ? paint('routine', `  ${frameList(translate, promise.evidence, frameName)}`)
        : '';
    lines.push(
      `  ${paint(tone, `${mark} ${translate(`cli.verdict.${promise.verdict}`)}`)}  ${epoch}${promise.text}${frames}`,
    );
  }
  if (report.explanations.length > 0) lines.push('', paint('heading', translate('cli.explanations')));
  for (const { code, text, setting, frames } of report.explanations) {
    lines.push(`  ${paint('warning', code)}: ${text}`);
    // What never became a frame shows none.
    const shown = [
      ...(setting ? [translate('cli.setting', { setting })] : []),
      ...(frames.length > 0 ? [frameList(translate, frames, frameName)] : []),
    ];
    if (shown.length > 0) lines.push(paint('routine', `    ${shown.join(' · ')}`));
  }
  lines.push(...requestLines(report, translate, paint));
  lines.push(...loadLines(report, translate, paint), ...budgetLines(report, translate, paint));
  lines.push('', countersLine(report, translate));
  const answered = answeredLines(report, translate);
  if (answered.length > 0 || met) lines.push('');
  lines.push(...answered);
  if (!met) return lines;
  const asMeant = report.engine === 'capture' ? 'cli.as-captured' : 'cli.as-promised';
  if (met.ok) lines.push(paint('good', translate(expect ? 'cli.shown' : asMeant)));
  else lines.push(paint('bad', translate(expect ? 'cli.not-shown' : 'cli.not-as-promised')));
  for (const { what, expected, observed } of met.differences) {
    // Whoever wrote `expect:` knows the file's words for it; others read those that stand at the requests.
    const said = (names: string) => {
      if (expect || what !== 'outcomes') return names || '–';
      return names
        ? names
            .split(', ')
            .map((name) => translate(`cli.outcome.${name}`))
            .join(', ')
        : '–';
    };
    const params = {
      what: translate(`cli.what.${what}`),
      expected: said(expected),
      observed: said(observed),
    };
    lines.push(`  ${translate('cli.difference', params)}`);
  }
  return lines;
}

function frameList(
  translate: Translate,
  frames: readonly number[],
  frameName: (frame: number) => string,
): string {
  const shown = frames.slice(0, 6).map(frameName).join(', ');
  return translate('cli.frames', { frames: frames.length > 6 ? `${shown}, …` : shown });
}

function countersLine({ counters }: Report, translate: Translate): string {
  return translate('cli.counters', {
    frames: counters.frames,
    hops: counters.hops,
    flooded: counters.flooded,
    lost: counters.captureLoss,
    ambiguous: counters.ambiguousJoins,
    bytes: counters.directorBytes,
  });
}
