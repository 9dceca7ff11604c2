import type { CaptureEvent, SkipEvent } from '../../lab/events.ts';
import type { FlowRecord } from './flow-record.ts';
import type { CaptureChange, Skip } from '../report.ts';

/** How long before a fallback a flow may have begun to wait for what was then not recorded. */
const MARGIN_NS = 1e9;

/** What is known about the recording itself: what it lacks, and when. */
export class Recording {
  readonly #captures: CaptureEvent[] = [];
  readonly #skips: SkipEvent[] = [];
  /** Times in which some capture point recorded less than whole frames; the last may not have ended. */
  readonly #reduced: { readonly fromNs: number; untilNs: number }[] = [];
  readonly #points = new Set<string>();
  /** How often something was learned that flows are to be looked at again for. */
  news = 0;

  /** An event that was added before changes nothing. */
  add(event: CaptureEvent): void {
    if (this.#captures.includes(event)) return;
    this.#captures.push(event);
    this.#capture(event);
    this.news++;
  }

  /** An event that was added before changes nothing. */
  skip(event: SkipEvent): void {
    if (!this.#skips.includes(event)) this.#skips.push(event);
  }

  get skips(): Skip[] {
    return this.#skips.map(({ timeNs, durationNs }) => ({ timeNs, durationNs }));
  }

  get captures(): CaptureChange[] {
    return this.#captures.map(({ node, segment, timeNs, detail }) => ({ node, segment, timeNs, detail }));
  }

  /** Whether something may be missing of a flow. */
  isReduced(flow: FlowRecord): boolean {
    return this.#reduced.some(
      ({ fromNs, untilNs }) => flow.startNs <= untilNs && flow.endNs >= fromNs - MARGIN_NS,
    );
  }

  #capture({ node, segment, detail, timeNs }: CaptureEvent): void {
    const point = `${node}.${segment}`;
    const wasWhole = this.#points.size === 0;
    if (detail === 'frames') this.#points.delete(point);
    else this.#points.add(point);
    const isWhole = this.#points.size === 0;
    if (wasWhole && !isWhole) this.#reduced.push({ fromNs: timeNs, untilNs: Infinity });
    const last = this.#reduced.at(-1);
    if (!wasWhole && isWhole && last) last.untilNs = timeNs;
  }
}
