import type { HopRecord } from '../records/hop-record.ts';
import type { JourneyRecord } from '../records/journey-record.ts';

/** How many frames are named that show a promise kept. All that break it are named, as long as they are here. */
export const FRAMES_SHOWN = 5;
/** How many frames that are not here any more are still named, for a promise that they showed broken. */
const FRAMES_REMEMBERED = 20;

/** One part of a promise in one epoch: who shows it kept, and who broken. */
export class PromisePart {
  readonly #journeys: () => readonly JourneyRecord[];
  #kept = 0;
  /** The earliest that show it kept, enough to name frames of; `undefined` when they must be looked for. */
  #first: JourneyRecord[] | undefined = [];
  readonly #broken = new Map<JourneyRecord, HopRecord[]>();
  #wasKept = false;
  readonly #remembered: number[] = [];

  constructor(journeys: () => readonly JourneyRecord[]) {
    this.#journeys = journeys;
  }

  get isKept(): boolean {
    return this.#kept > 0 || this.#wasKept;
  }

  get isBroken(): boolean {
    return this.#broken.size > 0 || this.#remembered.length > 0;
  }

  keep(journey: JourneyRecord): void {
    this.#kept++;
    const last = this.#first?.at(-1);
    if (last && journey.order < last.order) this.#first = undefined;
    else if (this.#first && this.#first.length < FRAMES_SHOWN) this.#first.push(journey);
  }

  drop(journey: JourneyRecord): void {
    this.#kept--;
    const first = this.#first;
    if (!first?.includes(journey)) return;
    this.#first = this.#kept < first.length ? first.filter((one) => one !== journey) : undefined;
  }

  breach(journey: JourneyRecord, hop: HopRecord): void {
    const hops = this.#broken.get(journey);
    if (hops) hops.push(hop);
    else this.#broken.set(journey, [hop]);
  }

  mend(journey: JourneyRecord): void {
    this.#broken.delete(journey);
  }

  /** Takes over what is only remembered. */
  inherit(before: PromisePart): void {
    this.#wasKept = before.#wasKept;
    this.#remembered.push(...before.#remembered);
  }

  /** What showed it is taken out of the recording. */
  rememberKept(): void {
    this.#wasKept = true;
  }

  rememberBroken(frame: number): void {
    if (this.#remembered.length < FRAMES_REMEMBERED) this.#remembered.push(frame);
  }

  framesBroken(): number[] {
    const frames = [...this.#remembered];
    for (const hops of this.#broken.values()) for (const { frame } of hops) frames.push(frame);
    return frames;
  }

  /** The first hops that show it kept. */
  hopsKept(
    isKeptBy: (journey: JourneyRecord) => boolean,
    hopsOf: (journey: JourneyRecord) => readonly HopRecord[],
  ): HopRecord[] {
    this.#first ??= this.#search(isKeptBy);
    return this.#first.flatMap(hopsOf).slice(0, FRAMES_SHOWN);
  }

  #search(isKeptBy: (journey: JourneyRecord) => boolean): JourneyRecord[] {
    const found: JourneyRecord[] = [];
    for (const journey of this.#journeys()) {
      if (!journey.gone && isKeptBy(journey) && found.push(journey) === FRAMES_SHOWN) break;
    }
    return found;
  }
}
