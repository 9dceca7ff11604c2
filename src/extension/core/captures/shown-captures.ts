import type { ToldCaptures } from '../../../captures/told.ts';
import type { Translate } from '../../../l10n/translate.ts';
import { headOf } from './capture-recording.ts';
import type { LabRecording } from '../labs/lab-recording.ts';
import type { ShownLab } from '../panel/shown-lab.ts';
import { sharedLab } from '../share/shared-lab.ts';

/** The story of recordings as the panel shows it. @param files Their names, in the order of the sources. */
export function shownCaptures(
  told: ToldCaptures,
  recording: LabRecording,
  files: readonly string[],
  translate: Translate,
): ShownLab {
  const frameName = (number: number) => {
    const ref = told.refs[number - 1];
    if (!ref) return String(number);
    return files.length > 1 ? `${files[ref.source]}:${ref.number}` : String(ref.number);
  };
  const notes = told.notes.map(({ code, params }) => translate(`captures.${code}`, params));
  const { evictedFrames } = recording.report().counters;
  if (evictedFrames > 0)
    notes.unshift(translate('extension.capture-limits', { count: evictedFrames, frames: told.refs.length }));
  return {
    ...sharedLab(recording, files.join(', ')),
    captures: {
      head: headOf(told),
      view: { summary: summaryOf(told, files, translate), notes },
      frameName,
    },
  };
}

/** How many files and frames there are, and which hosts recorded them. */
function summaryOf({ points, refs }: ToldCaptures, files: readonly string[], translate: Translate): string {
  const hosts = [...new Set([...points].map((point) => point.slice(0, point.lastIndexOf('.'))))];
  return [
    translate('extension.capture-files', { count: files.length }),
    translate('extension.capture-frames', { count: refs.length }),
    translate('extension.capture-hosts', { hosts: hosts.join(', ') }),
  ].join(' · ');
}

/** Of milliseconds as somebody types them, `-3000.25` or `0`; `undefined` for anything else. */
export function nanoseconds(text: string): bigint | undefined {
  const [, sign, whole, decimals = ''] = /^(-?)(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  const ns = BigInt(whole) * 1_000_000n + BigInt(decimals.padEnd(6, '0'));
  return sign === '-' ? -ns : ns;
}
