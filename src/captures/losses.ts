import type { LossEvent } from '../lab/events.ts';
import type { Port } from './port.ts';
import type { CaptureSource } from './source.ts';

/** What a file says that its interface did not record, and up to which frame; `number` is left out where that is all of it. */
export interface Loss {
  readonly source: number;
  readonly number?: number;
  readonly event: Omit<LossEvent, 'timeNs'>;
}

/** By packets' drop counts and interfaces' statistics, of interfaces that have a place. */
export function lossesOf(sources: readonly CaptureSource[], ports: readonly Port[]): Loss[] {
  const losses: Loss[] = [];
  for (const [source, { capture }] of sources.entries()) {
    for (const [index, { statistics }] of capture.interfaces.entries()) {
      const point = ports.find((port) => port.source === source && port.index === index && port.point)?.point;
      if (point === undefined) continue;
      const { node, segment } = point;
      const add = (frames: number, number?: number): void =>
        void losses.push({
          source,
          ...(number !== undefined && { number }),
          event: { kind: 'loss', node, segment, frames, reason: 'kernel' },
        });
      let told = 0;
      for (const [place, record] of capture.records.entries()) {
        const frames = record.interface === index ? Number(record.dropCount ?? 0n) : 0;
        if (frames > 0) add(frames, place + (capture.first ?? 1));
        told += frames;
      }
      // The statistics count all of them.
      const rest = Number(statistics?.dropped ?? 0n) - told;
      if (rest > 0) add(rest);
    }
  }
  return losses;
}
