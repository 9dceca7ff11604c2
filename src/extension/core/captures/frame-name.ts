import type { FrameRef } from '../../../captures/told.ts';

/** A frame as its file numbers it; with several files, its file too. @param files Their names, in the order of the sources. */
export function frameNameOf(files: readonly string[], { source, number }: FrameRef): string {
  return files.length > 1 ? `${files[source]!}:${number}` : String(number);
}
