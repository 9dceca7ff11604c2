import { MOST_RECORDS, RECORD_BYTES } from '../../../panel-protocol/records.ts';

const FULL = RECORD_BYTES * MOST_RECORDS;

/** Records of one batch, one behind the other. */
export class RecordWriter {
  readonly #bytes = new ArrayBuffer(FULL);
  readonly #view = new DataView(this.#bytes);
  #at = -RECORD_BYTES;

  get count(): number {
    return this.#at / RECORD_BYTES + 1;
  }

  get full(): boolean {
    return this.count === MOST_RECORDS;
  }

  /** Begins a record; what is not written stays 0. */
  begin(kind: number): void {
    this.#at += RECORD_BYTES;
    this.#view.setUint8(this.#at, kind);
  }

  u8(offset: number, value: number): void {
    this.#view.setUint8(this.#at + offset, value);
  }

  u16(offset: number, value: number): void {
    this.#view.setUint16(this.#at + offset, value, true);
  }

  u32(offset: number, value: number): void {
    this.#view.setUint32(this.#at + offset, value, true);
  }

  f64(offset: number, value: number): void {
    this.#view.setFloat64(this.#at + offset, value, true);
  }

  /** A copy of exactly what was written; the writer begins anew. */
  take(): ArrayBuffer {
    const end = this.#at + RECORD_BYTES;
    const records = this.#bytes.slice(0, end);
    new Uint8Array(this.#bytes, 0, end).fill(0);
    this.#at = -RECORD_BYTES;
    return records;
  }
}
