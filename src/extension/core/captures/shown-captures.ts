import type { ToldCaptures } from '../../../captures/told.ts';
import type { Translate } from '../../../l10n/translate.ts';
import { movedClocks } from '../../../captures/common-clock.ts';
import { headOf } from './capture-recording.ts';
import { frameNameOf } from './frame-name.ts';
import type { InferredNetwork } from './inferred-network.ts';
import type { LabRecording } from '../labs/lab-recording.ts';
import type { ShownLab } from '../panel/shown-lab.ts';
import { sharedLab } from '../share/shared-lab.ts';

/** The story of recordings as the panel shows it. @param files Their names, in the order of the sources. */
export function shownCaptures(
  told: ToldCaptures,
  recording: LabRecording,
  files: readonly string[],
  translate: Translate,
  inferred?: InferredNetwork,
): ShownLab {
  const frameName = (number: number) => {
    const ref = told.refs[number - 1];
    return ref ? frameNameOf(files, ref) : String(number);
  };
  const notes = [...told.observed, ...told.notes].map(({ code, params }) =>
    translate(`captures.${code}`, params),
  );
  if (inferred) notes.unshift(...inferred.lines, translate('extension.capture-no-promises'));
  const { evictedFrames } = recording.report().counters;
  if (evictedFrames > 0)
    notes.unshift(translate('extension.capture-limits', { count: evictedFrames, frames: told.refs.length }));
  return {
    ...sharedLab(recording, files.join(', ')),
    captures: {
      head: { ...headOf(told), ...(inferred && { isInferred: true }) },
      view: {
        summary: summaryOf(told, files, translate, inferred),
        notes,
        isInferred: inferred !== undefined,
      },
      frameName,
    },
  };
}

/** How many files and frames there are, which hosts recorded them, by what clocks, and what the network is taken for. */
function summaryOf(
  { points, refs, clocks }: ToldCaptures,
  files: readonly string[],
  translate: Translate,
  inferred?: InferredNetwork,
): string {
  const hosts = [...new Set([...points].map((point) => point.slice(0, point.lastIndexOf('.'))))];
  const moved = movedClocks(clocks);
  return [
    translate('extension.capture-files', { count: files.length }),
    translate('extension.capture-frames', { count: refs.length }),
    translate('extension.capture-hosts', { hosts: hosts.join(', ') }),
    ...(moved.length > 0 ? [translate('extension.capture-clocks', { clocks: moved.join(', ') })] : []),
    ...(moved.length === 0 && hosts.length > 1 ? [translate('extension.capture-clocks-kept')] : []),
    ...(inferred ? [translate('extension.capture-inferred', { network: inferred.gist })] : []),
  ].join(' · ');
}

/** Of milliseconds as somebody types them, `-3000.25` or `0`; `undefined` for anything else. */
export function nanoseconds(text: string): bigint | undefined {
  const [, sign, whole, decimals = ''] = /^(-?)(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  const ns = BigInt(whole) * 1_000_000n + BigInt(decimals.padEnd(6, '0'));
  return sign === '-' ? -ns : ns;
}
