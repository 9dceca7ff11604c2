/** The classic libpcap format (draft-ietf-opsawg-pcap): one interface, no comments. */

import { view } from './bytes.ts';
import { ByteOrder } from './byte-order.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Capture, CaptureRecord } from './capture.ts';
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
  const format = formatOf(bytes);
  if (format === undefined) {
    return {
      interfaces: [],
      records: [],
      names: [],
      problems: [packetProblem('bad-capture', 'pcap header', 0)],
    };
  }
  const { order, nanosecondsPerTick } = format;
  const records: CaptureRecord[] = [];
  const problems: PacketProblem[] = [];
  for (let at = FILE_HEADER_LENGTH; at < bytes.length;) {
    const start = at + RECORD_HEADER_LENGTH;
    const end = start > bytes.length ? Infinity : start + order.u32(bytes, at + 8);
    if (end > bytes.length) {
      problems.push(packetProblem('bad-capture', 'pcap record', at));
      break;
    }
    const [seconds, fraction] = [order.u32(bytes, at), order.u32(bytes, at + 4)];
    records.push({
      interface: 0,
      timeNs: BigInt(seconds) * 1_000_000_000n + BigInt(fraction * nanosecondsPerTick),
      bytes: view(bytes, start, end),
      originalLength: order.u32(bytes, at + 12),
      comments: [],
    });
    at = end;
  }
  // The high bits of the last field describe a frame check sequence.
  const linkType = order.u32(bytes, 20) & 0xffff;
  const snapLength = order.u32(bytes, 16);
  return { interfaces: [{ name: '', linkType, snapLength }], records, names: [], problems };
}

/** Whether the bytes begin like a pcap file. */
export function isPcap(bytes: Uint8Array): boolean {
  return formatOf(bytes) !== undefined;
}

function formatOf(bytes: Uint8Array): { order: ByteOrder; nanosecondsPerTick: number } | undefined {
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
