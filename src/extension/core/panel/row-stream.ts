import type { RowsMessage } from '../../../panel-protocol/messages.ts';
import type { Derived } from './derive.ts';
import { encodeFlow } from './encode-flow.ts';
import { predictedOf } from './encode-hop.ts';
import { encodeHops, encodeJourney } from './encode-journey.ts';
import { RecordWriter } from './record-writer.ts';
import type { RowContext } from './row-context.ts';

/** Batches under way without an acknowledgement. */
const MOST_UNACKNOWLEDGED = 2;
/** What is encoded in one go: the editor has other things to do as well. */
const SLICE_MS = 8;

type Changed = Derived['flows'][number];

/**
 * Turns changed flows into batches, as fast as the view takes them. While it is busy, later versions of a flow take
 * the place of earlier ones, so that what waits never grows beyond what there is to show.
 */
export class RowStream {
  readonly #context: RowContext;
  readonly #post: (message: RowsMessage) => void;
  readonly #waiting = new Map<number, Changed>();
  #removedFlows: number[] = [];
  #removedJourneys: number[] = [];
  #reset = false;
  readonly #writer = new RecordWriter();
  /** Of each journey: how it compared with what was predicted, for its flow's record. */
  readonly #expected = new Map<number, number>();
  #sequence = 0;
  #acknowledged = 0;
  #isDue = false;
  #disposed = false;

  constructor(context: RowContext, post: (message: RowsMessage) => void) {
    this.#context = context;
    this.#post = post;
  }

  add({ reset, flows, removedFlows, removedJourneys }: Derived): void {
    if (reset) this.#forget();
    for (const id of removedFlows) this.#waiting.delete(id);
    this.#removedFlows.push(...removedFlows);
    this.#removedJourneys.push(...removedJourneys);
    const gone = new Set(removedJourneys);
    for (const id of gone) this.#expected.delete(id);
    for (const { flow, journeys } of flows) {
      const earlier = this.#waiting.get(flow.id)?.journeys ?? [];
      const newer = new Set(journeys.map(({ id }) => id));
      const kept = earlier.filter(({ id }) => !newer.has(id) && !gone.has(id));
      this.#waiting.set(flow.id, { flow, journeys: [...kept, ...journeys] });
    }
    this.#send();
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, sequence);
    this.#send();
  }

  #forget(): void {
    this.#waiting.clear();
    this.#expected.clear();
    this.#removedFlows = [];
    this.#removedJourneys = [];
    this.#reset = true;
  }

  /** A flow is encoded as a whole; batches that it fills on the way go out even beyond the limit. */
  #send(): void {
    const untilMs = performance.now() + SLICE_MS;
    while (this.#isOpen && this.#hasNews) {
      if (performance.now() > untilMs) {
        this.#flush();
        this.#sendSoon();
        return;
      }
      const [next] = this.#waiting.values();
      if (next) {
        this.#waiting.delete(next.flow.id);
        this.#encode(next);
      }
      if (this.#waiting.size === 0) this.#flush();
    }
  }

  #sendSoon(): void {
    if (this.#isDue || this.#disposed) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      if (!this.#disposed) this.#send();
    });
  }

  dispose(): void {
    this.#disposed = true;
  }

  get #isOpen(): boolean {
    return this.#sequence - this.#acknowledged < MOST_UNACKNOWLEDGED;
  }

  get #hasNews(): boolean {
    const removed = this.#removedFlows.length + this.#removedJourneys.length;
    return this.#waiting.size + this.#writer.count + removed > 0 || this.#reset;
  }

  #encode({ flow, journeys }: Changed): void {
    // Made anew each time they are asked for.
    const read = journeys.map((journey) => ({ journey, hops: journey.hops }));
    for (const { journey, hops } of read) this.#expected.set(journey.id, predictedOf(hops));
    const worst = flow.journeys.reduce((most, id) => Math.max(most, this.#expected.get(id) ?? 0), 0);
    encodeFlow(this.#next(), flow, worst, this.#context);
    for (const { journey, hops } of read) {
      // Without hops it has been merged into another while it waited; that one is told of too.
      if (hops.length === 0) continue;
      encodeJourney(this.#next(), journey, hops, this.#context);
      encodeHops(journey.id, hops, this.#context, () => this.#next());
    }
  }

  #next(): RecordWriter {
    if (this.#writer.full) this.#flush();
    return this.#writer;
  }

  #flush(): void {
    if (this.#writer.count + this.#removedFlows.length + this.#removedJourneys.length === 0 && !this.#reset) {
      return;
    }
    this.#post({
      type: 'rows',
      sequence: ++this.#sequence,
      reset: this.#reset,
      strings: this.#context.strings.takeFresh(),
      records: this.#writer.take(),
      removedFlows: this.#removedFlows,
      removedJourneys: this.#removedJourneys,
      waiting: this.#waiting.size,
    });
    this.#reset = false;
    this.#removedFlows = [];
    this.#removedJourneys = [];
  }
}
