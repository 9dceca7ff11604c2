import type { RowsMessage } from '../../webview/protocol.ts';
import type { Derived } from './derive.ts';
import { encodeFlow } from './encode-flow.ts';
import { predictedOf } from './encode-hop.ts';
import { encodeHops, encodeJourney } from './encode-journey.ts';
import { RecordWriter } from './record-writer.ts';
import type { RowContext } from './row-context.ts';

/** Batches under way without an acknowledgement. */
const MOST_UNACKNOWLEDGED = 2;

type Changed = Derived['flows'][number];

/**
 * Turns changed flows into batches, as fast as the view takes them. While it is busy, later versions of a flow take
 * the place of earlier ones, so that what waits never grows beyond what there is to show.
 */
export class RowStream {
  readonly #context: RowContext;
  readonly #post: (message: RowsMessage) => void;
  readonly #waiting = new Map<number, Changed>();
  readonly #removed = new Set<number>();
  readonly #writer = new RecordWriter();
  /** Of each journey sent: how it compared with what was predicted, for its flow's record. */
  readonly #expected = new Map<number, number>();
  #sequence = 0;
  #acknowledged = 0;

  constructor(context: RowContext, post: (message: RowsMessage) => void) {
    this.#context = context;
    this.#post = post;
  }

  add({ flows, removedFlows }: Derived): void {
    for (const { flow, journeys } of flows) {
      const earlier = this.#waiting.get(flow.id)?.journeys ?? [];
      const newer = new Set(journeys.map(({ id }) => id));
      const kept = earlier.filter(({ id }) => !newer.has(id));
      this.#waiting.set(flow.id, { flow, journeys: [...kept, ...journeys] });
    }
    for (const id of removedFlows) {
      this.#waiting.delete(id);
      this.#removed.add(id);
    }
    this.#send();
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, sequence);
    this.#send();
  }

  /** Nothing waits and the view has everything. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#acknowledged === this.#sequence;
  }

  /** A flow is encoded as a whole; batches that it fills on the way go out even beyond the limit. */
  #send(): void {
    while (this.#open && (this.#waiting.size > 0 || this.#removed.size > 0)) {
      for (const [id, changed] of this.#waiting) {
        this.#waiting.delete(id);
        const before = this.#sequence;
        this.#encode(changed);
        if (this.#sequence !== before) break;
      }
      this.#flush();
    }
  }

  get #open(): boolean {
    return this.#sequence - this.#acknowledged < MOST_UNACKNOWLEDGED;
  }

  #encode({ flow, journeys }: Changed): void {
    encodeFlow(this.#next(), flow, this.#expectedOf(flow.journeys, journeys), this.#context);
    for (const journey of journeys) {
      encodeJourney(this.#next(), journey, this.#context);
      encodeHops(journey, this.#context, () => this.#next());
    }
  }

  #expectedOf(all: readonly number[], journeys: Changed['journeys']): number {
    for (const { id, hops } of journeys) this.#expected.set(id, predictedOf(hops));
    return all.reduce((worst, id) => Math.max(worst, this.#expected.get(id) ?? 0), 0);
  }

  #next(): RecordWriter {
    if (this.#writer.full) this.#flush();
    return this.#writer;
  }

  #flush(): void {
    const removedFlows = [...this.#removed];
    this.#removed.clear();
    if (this.#writer.count === 0 && removedFlows.length === 0) return;
    const records = this.#writer.take();
    const strings = this.#context.strings.takeFresh();
    this.#sequence++;
    this.#post({
      type: 'rows',
      sequence: this.#sequence,
      reset: false,
      strings,
      records,
      removedFlows,
      removedJourneys: [],
    });
  }
}
