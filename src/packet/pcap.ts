/** The classic libpcap format (draft-ietf-opsawg-pcap): one interface, no comments. */

import { view } from './bytes.ts';
import { ByteOrder } from './byte-order.ts';
import { ByteWriter } from './byte-writer.ts';
import { MOST_AWAITED, readWhole, type CaptureParser, type Progress } from './capture-parser.ts';
import type { Capture, CaptureInterface, CaptureRecord } from './capture.ts';
import type { PacketProblem } from './layers.ts';
import { packetProblem } from './problem.ts';

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;

/**
 * Both byte orders, both time resolutions. Never throws: a cut file gives its whole records and a problem. The
 * records' bytes are views into `bytes`.
 */
export function readPcap(bytes: Uint8Array): Capture {
  return readWhole(new PcapParser(), bytes);
}

export class PcapParser implements CaptureParser {
  readonly #interfaces: CaptureInterface[] = [];
  readonly #records: CaptureRecord[] = [];
  readonly #problems: PacketProblem[] = [];
  readonly capture: Capture & { first?: number } = {
    interfaces: this.#interfaces,
    records: this.#records,
    names: [],
    problems: this.#problems,
  };
  #format: Format | undefined;

  read(bytes: Uint8Array, base: number, isLast: boolean): Progress {
    const begun = this.#format !== undefined;
    const format = (this.#format ??= formatOf(bytes));
    if (format === undefined) {
      if (!isLast && bytes.length < FILE_HEADER_LENGTH) return { used: 0, needs: FILE_HEADER_LENGTH };
      return this.#damaged('pcap header', base, 0);
    }
    const { order, nanosecondsPerTick } = format;
    let at = 0;
    if (!begun) {
      // The high bits of the last field describe a frame check sequence.
      const linkType = order.u32(bytes, 20) & 0xffff;
      this.#interfaces.push({ name: '', linkType, snapLength: order.u32(bytes, 16) });
      at = FILE_HEADER_LENGTH;
    }
    while (at < bytes.length) {
      const start = at + RECORD_HEADER_LENGTH;
      const length = start > bytes.length ? 0 : order.u32(bytes, at + 8);
      const end = start + length;
      if (end > bytes.length) {
        if (isLast || length > MOST_AWAITED) return this.#damaged('pcap record', base, at);
        return { used: at, needs: end - at };
      }
      const [seconds, fraction] = [order.u32(bytes, at), order.u32(bytes, at + 4)];
      this.#records.push({
        interface: 0,
        timeNs: BigInt(seconds) * 1_000_000_000n + BigInt(fraction * nanosecondsPerTick),
        bytes: view(bytes, start, end),
        originalLength: order.u32(bytes, at + 12),
        comments: [],
      });
      at = end;
    }
    return { used: at, needs: RECORD_HEADER_LENGTH };
  }

  drop(count: number): void {
    this.capture.first = (this.capture.first ?? 1) + this.#records.splice(0, count).length;
  }

  #damaged(where: string, base: number, at: number): Progress {
    this.#problems.push(packetProblem('bad-capture', where, base + at));
    return { used: at, needs: 0 };
  }
}

/** Whether the bytes begin like a pcap file. */
export function isPcap(bytes: Uint8Array): boolean {
  return formatOf(bytes) !== undefined;
}

interface Format {
  readonly order: ByteOrder;
  readonly nanosecondsPerTick: number;
}

function formatOf(bytes: Uint8Array): Format | undefined {
  if (bytes.length < FILE_HEADER_LENGTH) return undefined;
  for (const order of [new ByteOrder(true), new ByteOrder(false)]) {
    const magic = order.u32(bytes, 0);
    if (magic === MICROSECONDS) return { order, nanosecondsPerTick: 1000 };
    if (magic === NANOSECONDS) return { order, nanosecondsPerTick: 1 };
  }
  return undefined;
}

/** Little-endian with nanoseconds. Only what the format can hold is written: time, bytes and original length. */
export function writePcap(
  records: readonly Pick<CaptureRecord, 'timeNs' | 'bytes' | 'originalLength'>[],
  { linkType = 1, snapLength = 262_144 }: { linkType?: number; snapLength?: number } = {},
): Uint8Array {
  const out = new ByteWriter();
  out.u32(NANOSECONDS);
  out.u16(2);
  out.u16(4);
  // Time zone and accuracy of the timestamps, which nobody fills in.
  out.u64(0n);
  out.u32(snapLength);
  out.u32(linkType);
  for (const { timeNs, bytes, originalLength } of records) {
    out.u32(Number((timeNs / 1_000_000_000n) & 0xffff_ffffn));
    out.u32(Number(timeNs % 1_000_000_000n));
    out.u32(bytes.length);
    out.u32(originalLength);
    out.bytes(bytes);
  }
  return out.finish();
}
