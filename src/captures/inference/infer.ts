import type { Mac } from '../../packet/address.ts';
import type { Draft } from './draft.ts';
import { draftFrom } from './draft-from.ts';
import { observe, type RecordedFrame } from './crossings.ts';
import { inferServices, type InferredService } from './services.ts';
import { stationsOf, type CapturedInterface, type Station } from './stations.ts';

/** What frames tell of a network that nobody described. */
export interface Inference {
  /** What requests were sent to; most requests first. */
  readonly services: readonly InferredService[];
  readonly stations: ReadonlyMap<Mac, Station>;
  /** Absent where nothing was seen that gives connections to servers. */
  readonly draft?: Draft;
  /** How many frames were looked at: the first ones of all that there are. */
  readonly frames: number;
  readonly allFrames: number;
}

/** Frames that are looked at; the shape of a network shows in its first connections. */
const MOST_FRAMES = 100_000;

/**
 * Nodes, links, services and their model, from frames alone.
 * @param frames Of all recordings, in order of time; the clocks need not agree.
 * @param captured The interfaces that were recorded.
 */
export function infer(frames: readonly RecordedFrame[], captured: readonly CapturedInterface[]): Inference {
  const observed = observe(frames.slice(0, MOST_FRAMES));
  const services = inferServices(observed, captured);
  const stations = stationsOf(observed, captured, new Set(services.map(({ address }) => address)));
  const draft = draftFrom(observed, services, stations);
  return { services, stations, frames: observed.frames, allFrames: frames.length, ...(draft && { draft }) };
}
