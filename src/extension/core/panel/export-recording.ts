import { exportPcapng } from '../../../journey/export-pcapng.ts';
import type { Report } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { Question } from '../../../panel-protocol/messages.ts';
import type { ShownLab } from './shown-lab.ts';
import { onlyFlows } from './only-flows.ts';

type ExportQuestion = Extract<Question, { readonly kind: 'export' }>;

/** The bytes of a file: made here from the recording, or drawn by the view and handed over. */
export function exportRecording(
  lab: ShownLab,
  report: Report,
  { format, flows, data }: ExportQuestion,
  translate: Translate,
): Uint8Array {
  if (data !== undefined)
    return typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
  const all = { events: lab.events(), numbers: lab.frameNumbers(), report };
  const chosen = flows ? onlyFlows(all, flows) : all;
  if (format === 'pcapng')
    return exportPcapng(chosen.events, chosen.report, lab.plan, translate, chosen.numbers);
  return new TextEncoder().encode(JSON.stringify(chosen.report, undefined, 1));
}
