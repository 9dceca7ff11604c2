import { exportPcapng, type CapturedPoints } from '../../../journey/export-pcapng.ts';
import type { Report } from '../../../journey/report.ts';
import type { Locale, Translate } from '../../../l10n/translate.ts';
import type { Question } from '../../../panel-protocol/messages.ts';
import { exportMermaid } from '../share/export-mermaid.ts';
import { sourceOf } from '../share/shared-lab.ts';
import type { PageContent } from '../share/shared-page.ts';
import { packRecording } from '../share/shared-recording.ts';
import { plainReport } from '../../../mystery/seal-report.ts';
import type { ShownLab } from './shown-lab.ts';
import { onlyFlows } from './only-flows.ts';
import { redactionFor } from '../redaction.ts';
import type { RecordingHead } from '../labs/lab-recording.ts';

type ExportQuestion = Extract<Question, { readonly kind: 'export' }>;

export interface ExportContext {
  readonly translate: Translate;
  readonly locale: Locale;
  /** What the view keeps of itself. */
  readonly view: Readonly<Record<string, unknown>> | undefined;
  readonly makePage: (content: PageContent) => Promise<string>;
}

/** The bytes of a file: made here from the recording, or drawn by the view and handed over. */
export async function exportRecording(
  lab: ShownLab,
  report: Report,
  { format, flows, data, redact }: ExportQuestion,
  { translate, locale, view, makePage }: ExportContext,
): Promise<Uint8Array> {
  // What the view drew shows what the view was told.
  if (lab.sealed && format !== 'pcapng' && data === undefined) throw new Error(translate('mystery.closed'));
  if (data !== undefined)
    return typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
  if (format === 'html') {
    // All of it, and the filter as it is: of a part one could not say what became of the rest.
    const recording = await packRecording({ file: lab.file, locale, view }, sourceOf(lab));
    return new TextEncoder().encode(await makePage({ recording, lab: lab.plan.lab, locale }));
  }
  if (format === 'mmd') return new TextEncoder().encode(mermaidOf(lab, report, flows, translate));
  const all = { events: lab.events(), numbers: lab.frameNumbers(), report };
  const chosen = flows ? onlyFlows(all, flows) : all;
  if (format === 'pcapng')
    return exportPcapng(
      chosen.events,
      lab.sealed ? plainReport(chosen.report) : chosen.report,
      lab.plan,
      translate,
      chosen.numbers,
      redact && redactionFor(redact),
      lab.captures && capturedPoints(lab.captures.head),
    );
  return new TextEncoder().encode(JSON.stringify(chosen.report, undefined, 1));
}

function capturedPoints({
  capturePoints = [],
  wholePoints = [],
}: Pick<RecordingHead, 'capturePoints' | 'wholePoints'>): CapturedPoints {
  return { points: new Set(capturePoints), whole: new Set(wholePoints) };
}

/** Of chosen flows all is drawn; of a whole recording that would be more than Mermaid takes. */
function mermaidOf(
  lab: ShownLab,
  report: Report,
  chosen: readonly number[] | undefined,
  translate: Translate,
): string {
  const journeys = new Map(report.journeys.map((journey) => [journey.id, journey]));
  return exportMermaid({
    flows: report.flows.filter(({ id }) => chosen?.includes(id) ?? true),
    plan: lab.plan,
    translate,
    full: chosen !== undefined,
    journey: (id) => journeys.get(id)!,
    frame: (number) => lab.frame(number)?.bytes ?? new Uint8Array(),
  });
}
