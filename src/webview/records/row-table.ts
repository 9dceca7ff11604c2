import {
  flowKinds,
  flowLayout,
  hopLayout,
  journeyLayout,
  outcomes,
  RECORD_BYTES,
  recordKinds,
} from '../../panel-protocol/records.ts';
import type { RowsMessage } from '../../panel-protocol/messages.ts';
import { readFlow, type FlowRow } from './flow-row.ts';
import { readHop, type HopRow } from './hop-row.ts';
import { readJourney, type JourneyRow } from './journey-row.ts';

/** Slots to begin with; doubled when full. */
const FIRST_SLOTS = 4096;
const ARP = flowKinds.indexOf('arp');

/** The view's mirror of the host's rows: one slot each, found by flow, packet and hop. */
export class RowTable {
  #bytes = new Uint8Array(FIRST_SLOTS * RECORD_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  readonly #free: number[] = [];
  #strings: string[] = [''];
  readonly #flows = new Map<number, number>();
  readonly #journeys = new Map<number, number>();
  /** In the order they came, which is by time. */
  readonly #journeysOf = new Map<number, number[]>();
  readonly #hopsOf = new Map<number, number[]>();

  /** Rows that any message added, changed or removed so far. */
  version = 0;
  hopCount = 0;

  clear(): void {
    this.#strings = [''];
    this.#forgetRows();
  }

  #forgetRows(): void {
    this.#used = 0;
    this.#free.length = 0;
    for (const map of [this.#flows, this.#journeys, this.#journeysOf, this.#hopsOf]) map.clear();
    this.hopCount = 0;
    this.version++;
  }

  take({ reset, strings, records, removedFlows, removedJourneys }: RowsMessage): void {
    if (reset) this.#forgetRows();
    for (const text of strings) this.#strings.push(text);
    for (const flow of removedFlows) this.#remove(flow);
    for (const journey of removedJourneys) this.#detach(journey);
    const bytes = new Uint8Array(records);
    const view = new DataView(records);
    for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
      const slot = this.#slotFor(view, at);
      this.#bytes.set(bytes.subarray(at, at + RECORD_BYTES), slot * RECORD_BYTES);
    }
    this.version++;
  }

  /** In the order they came. */
  flowIds(): IterableIterator<number> {
    return this.#flows.keys();
  }

  get flowCount(): number {
    return this.#flows.size;
  }

  get journeyCount(): number {
    return this.#journeys.size;
  }

  flow(id: number): FlowRow | undefined {
    const slot = this.#flows.get(id);
    return slot === undefined ? undefined : readFlow(this.#view, slot * RECORD_BYTES, this.#strings);
  }

  startOf(flow: number): number {
    const slot = this.#flows.get(flow);
    return slot === undefined ? 0 : this.#view.getFloat64(slot * RECORD_BYTES + flowLayout.startNs, true);
  }

  endOf(flow: number): number {
    const slot = this.#flows.get(flow);
    return slot === undefined ? 0 : this.#view.getFloat64(slot * RECORD_BYTES + flowLayout.endNs, true);
  }

  isArp(flow: number): boolean {
    const slot = this.#flows.get(flow);
    return slot !== undefined && this.#view.getUint8(slot * RECORD_BYTES + flowLayout.protocol) === ARP;
  }

  /** It has failed, or something about it was not as predicted. */
  isWrong(flow: number): boolean {
    const slot = this.#flows.get(flow);
    if (slot === undefined) return false;
    return this.#view.getUint8(slot * RECORD_BYTES + flowLayout.expected) === 2 || this.hasFailed(flow);
  }

  /** It ended, and not with the whole answer. */
  hasFailed(flow: number): boolean {
    const slot = this.#flows.get(flow);
    if (slot === undefined) return false;
    const outcome = outcomes[this.#view.getUint8(slot * RECORD_BYTES + flowLayout.outcome)];
    return outcome !== undefined && outcome !== 'answered' && outcome !== 'open';
  }

  journeyIds(flow: number): readonly number[] {
    return this.#journeysOf.get(flow) ?? [];
  }

  journey(id: number): JourneyRow | undefined {
    const slot = this.#journeys.get(id);
    return slot === undefined ? undefined : readJourney(this.#view, slot * RECORD_BYTES, this.#strings);
  }

  /** Something about it was not as predicted. */
  isUnexpected(journey: number): boolean {
    const slot = this.#journeys.get(journey);
    return slot !== undefined && this.#view.getUint8(slot * RECORD_BYTES + journeyLayout.expected) === 2;
  }

  /** Those that have come so far. */
  hopsOf(journey: number): HopRow[] {
    const slots = this.#hopsOf.get(journey) ?? [];
    return slots.map((slot) => readHop(this.#view, slot * RECORD_BYTES, this.#strings));
  }

  hopCountOf(journey: number): number {
    return this.#hopsOf.get(journey)?.length ?? 0;
  }

  #slotFor(view: DataView, at: number): number {
    switch (view.getUint8(at)) {
      case recordKinds.flow:
        return this.#keyed(this.#flows, view.getUint32(at + flowLayout.id, true));
      case recordKinds.journey: {
        const id = view.getUint32(at + journeyLayout.id, true);
        if (!this.#journeys.has(id)) this.#attach(view.getUint32(at + journeyLayout.flow, true), id);
        else this.#move(id, view.getUint32(at + journeyLayout.flow, true));
        return this.#keyed(this.#journeys, id);
      }
      default: {
        const slots = this.#hopSlots(view.getUint32(at + hopLayout.journey, true));
        const index = view.getUint16(at + hopLayout.index, true);
        if (slots[index] === undefined) this.hopCount++;
        return (slots[index] ??= this.#allocate());
      }
    }
  }

  /** A later join may have put a packet into another flow. */
  #move(id: number, flow: number): void {
    const slot = this.#journeys.get(id)!;
    const before = this.#view.getUint32(slot * RECORD_BYTES + journeyLayout.flow, true);
    if (before === flow) return;
    const list = this.#journeysOf.get(before);
    list?.splice(list.indexOf(id), 1);
    this.#attach(flow, id);
  }

  #attach(flow: number, id: number): void {
    const list = this.#journeysOf.get(flow);
    if (!list) this.#journeysOf.set(flow, [id]);
    else if (list[list.length - 1]! < id) list.push(id);
    else
      list.splice(
        list.findIndex((other) => other > id),
        0,
        id,
      );
  }

  #hopSlots(journey: number): number[] {
    let slots = this.#hopsOf.get(journey);
    if (slots === undefined) this.#hopsOf.set(journey, (slots = []));
    return slots;
  }

  #keyed(map: Map<number, number>, id: number): number {
    let slot = map.get(id);
    if (slot === undefined) map.set(id, (slot = this.#allocate()));
    return slot;
  }

  #allocate(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if ((this.#used + 1) * RECORD_BYTES > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return this.#used++;
  }

  #remove(flow: number): void {
    for (const journey of this.#journeysOf.get(flow) ?? []) this.#forget(journey);
    this.#journeysOf.delete(flow);
    const slot = this.#flows.get(flow);
    if (slot !== undefined) this.#free.push(slot);
    this.#flows.delete(flow);
  }

  #detach(journey: number): void {
    const slot = this.#journeys.get(journey);
    if (slot === undefined) return;
    const flow = this.#view.getUint32(slot * RECORD_BYTES + journeyLayout.flow, true);
    const list = this.#journeysOf.get(flow);
    list?.splice(list.indexOf(journey), 1);
    this.#forget(journey);
  }

  #forget(journey: number): void {
    const slots = this.#hopsOf.get(journey) ?? [];
    this.hopCount -= slots.length;
    this.#free.push(...slots, this.#journeys.get(journey)!);
    this.#hopsOf.delete(journey);
    this.#journeys.delete(journey);
  }
}
