import type { CapturedFrame } from '../agent-wire/agent-protocol.ts';

type PcapRecord = Omit<CapturedFrame, 'segment'>;

const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
/** `tcpdump --time-stamp-precision=nano`, in the byte order of the machine. */
const NANOSECONDS = 0xa1b2_3c4d;
/** The longest frame tcpdump takes by default. */
const LONGEST = 262_144;

/** Takes the records out of a pcap stream as it comes. Throws `RangeError` when it is not such a stream. */
export class PcapStream {
  #rest: Uint8Array = new Uint8Array(0);
  #littleEndian: boolean | undefined;

  /** The records' bytes are views into what was pushed. */
  push(bytes: Uint8Array): PcapRecord[] {
    const all = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    let at = 0;
    if (this.#littleEndian === undefined) {
      if (all.length < FILE_HEADER_LENGTH) {
        this.#rest = all;
        return [];
      }
      this.#littleEndian = view.getUint32(0, true) === NANOSECONDS;
      if (!this.#littleEndian && view.getUint32(0) !== NANOSECONDS) throw new RangeError('no pcap stream');
      at = FILE_HEADER_LENGTH;
    }
    const order = this.#littleEndian;
    const records: PcapRecord[] = [];
    while (at + RECORD_HEADER_LENGTH <= all.length) {
      const length = view.getUint32(at + 8, order);
      if (length > LONGEST) throw new RangeError(`a frame of ${length} bytes`);
      const start = at + RECORD_HEADER_LENGTH;
      if (start + length > all.length) break;
      records.push({
        seconds: view.getUint32(at, order),
        nanoseconds: view.getUint32(at + 4, order),
        originalLength: view.getUint32(at + 12, order),
        bytes: all.subarray(start, start + length),
      });
      at = start + length;
    }
    this.#rest = all.subarray(at);
    return records;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
