import type { FrameEvent, LabEvent } from '../../../lab/events.ts';

type Other = Exclude<LabEvent, FrameEvent>;

export interface EventSource {
  /** Events that are no frames, as they came. */
  readonly others: readonly Other[];
  /** Frames are numbered from the one to the other, both included. */
  readonly first: number;
  readonly last: number;
  /** By number; undefined when it is not kept any more. */
  frame(number: number): FrameEvent | undefined;
}

export interface Most {
  readonly events: number;
  /** Captured bytes. */
  readonly bytes: number;
}

/**
 * The newest events, in order of time, frames by number. `undefined` stands for a step without an event, so that whoever
 * asks may pause after any number of steps; what is recorded meanwhile is not among them.
 */
export function* recentEvents(source: EventSource, most: Most): Generator<LabEvent | undefined, void> {
  const others = source.others
    .slice(-Math.min(most.events, source.others.length))
    // Nearly in order already. Stable: a plan that begins with a frame's time is told before it.
    .sort((a, b) => a.timeNs - b.timeNs);
  let other = others.length;
  let number = source.last + 1;
  let left = most.events;
  let bytesLeft = most.bytes;
  // Back from the end as far as it may be.
  while (left > 0 && (other > 0 || number > source.first)) {
    yield undefined;
    const frame = number > source.first ? source.frame(number - 1) : undefined;
    if (!frame && number > source.first) {
      number -= 1;
      continue;
    }
    left -= 1;
    if (frame && (other === 0 || frame.timeNs >= others[other - 1]!.timeNs)) {
      bytesLeft -= frame.bytes.length;
      if (bytesLeft < 0) break;
      number -= 1;
    } else other -= 1;
  }
  while (other < others.length || number <= source.last) {
    const frame = number <= source.last ? source.frame(number) : undefined;
    if (!frame && number <= source.last) {
      number += 1;
      yield undefined;
    } else if (frame && (other === others.length || frame.timeNs < others[other]!.timeNs)) {
      number += 1;
      yield frame;
    } else yield others[other++]!;
  }
}
