import { setU32, setU48 } from './bytes.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Capture, CaptureInterface, CaptureRecord } from './capture.ts';
import { BLOCK, BYTE_ORDER_MAGIC, DIRECTION, NAME_RECORD, OPTION } from './pcapng-codes.ts';
import { encodeUtf8 } from './utf8.ts';

/** As `PcapngWriter` writes it, whole: the interfaces first, their statistics last. */
export function writePcapng(capture: Omit<Capture, 'problems'>): Uint8Array {
  const out = new ByteWriter();
  const writer = new PcapngWriter(out);
  for (const one of capture.interfaces) writer.interface(one);
  // Before the packets, so that a reader that goes through the file once can name the first of them.
  writer.names(capture.names);
  for (const record of capture.records)
    if (capture.interfaces[record.interface] !== undefined) writer.record(record);
  capture.interfaces.forEach(({ statistics }, index) => {
    if (statistics !== undefined) writer.statistics(index, statistics);
  });
  return out.finish();
}

/**
 * Writes a pcapng file of one section, little-endian, with times in nanoseconds. Records are written in the order given,
 * which should be that of time; one whose interface was not written before is nothing a reader can read: Wireshark would
 * stop there. Texts longer than an option can hold (65,535 bytes) are cut.
 */
export class PcapngWriter {
  readonly #out: ByteWriter;
  #lastTime = 0n;

  constructor(out: ByteWriter) {
    this.#out = out;
    writeSectionHeader(out);
  }

  /** The first one written is number 0. */
  interface(one: CaptureInterface): void {
    writeInterface(this.#out, one);
  }

  names(names: Capture['names']): void {
    if (names.length > 0) writeNames(this.#out, names);
  }

  record(record: CaptureRecord): void {
    writeRecord(this.#out, record);
    this.#lastTime = record.timeNs;
  }

  /** As of the last record. */
  statistics(index: number, statistics: NonNullable<CaptureInterface['statistics']>): void {
    writeStatistics(this.#out, index, this.#lastTime, statistics);
  }
}

function writeSectionHeader(out: ByteWriter): void {
  writeBlock(out, BLOCK.sectionHeader, () => {
    out.u32(BYTE_ORDER_MAGIC);
    out.u16(1);
    out.u16(0);
    // The section's length: unknown.
    out.u64(-1n);
  });
}

function writeInterface(out: ByteWriter, one: CaptureInterface): void {
  writeBlock(out, BLOCK.interface, () => {
    out.u16(one.linkType);
    out.u16(0);
    out.u32(one.snapLength);
    writeText(out, OPTION.interface.name, one.name);
    if (one.description !== undefined) writeText(out, OPTION.interface.description, one.description);
    if (one.ipv4 !== undefined) {
      // Addresses are in network byte order, whatever the section's.
      const pair = new Uint8Array(8);
      setU32(pair, 0, one.ipv4.address);
      setU32(pair, 4, one.ipv4.mask);
      writeOption(out, OPTION.interface.ipv4, pair);
    }
    if (one.mac !== undefined) {
      const mac = new Uint8Array(6);
      setU48(mac, 0, one.mac);
      writeOption(out, OPTION.interface.mac, mac);
    }
    writeOption(out, OPTION.interface.timeResolution, Uint8Array.of(9));
    if (one.filter !== undefined) {
      // A leading 0 says that a libpcap expression follows.
      const text = encodeUtf8(one.filter, MAX_OPTION_LENGTH - 1);
      const filter = new Uint8Array(1 + text.length);
      filter.set(text, 1);
      writeOption(out, OPTION.interface.filter, filter);
    }
    writeEndOfOptions(out);
  });
}

function writeNames(out: ByteWriter, names: Capture['names']): void {
  writeBlock(out, BLOCK.nameResolution, () => {
    for (const { address, name } of names) {
      const text = encodeUtf8(name.split('\0', 1)[0]!, MAX_OPTION_LENGTH - 5);
      const record = new Uint8Array(4 + text.length + 1);
      setU32(record, 0, address);
      record.set(text, 4);
      writeOption(out, NAME_RECORD.ipv4, record);
    }
    writeEndOfOptions(out);
  });
}

function writeRecord(out: ByteWriter, record: CaptureRecord): void {
  writeBlock(out, BLOCK.enhancedPacket, () => {
    out.u32(record.interface);
    writeTime(out, record.timeNs);
    out.u32(record.bytes.length);
    out.u32(record.originalLength);
    out.bytes(record.bytes);
    out.align4();
    let options = 0;
    for (const comment of record.comments) options += writeText(out, OPTION.comment, comment);
    if (record.direction !== undefined) {
      options += writeOption(out, OPTION.packet.flags, Uint8Array.of(DIRECTION[record.direction], 0, 0, 0));
    }
    if (record.dropCount !== undefined)
      options += writeCounter(out, OPTION.packet.dropCount, record.dropCount);
    if (record.packetId !== undefined) options += writeCounter(out, OPTION.packet.packetId, record.packetId);
    if (options > 0) writeEndOfOptions(out);
  });
}

function writeStatistics(
  out: ByteWriter,
  index: number,
  timeNs: bigint,
  statistics: NonNullable<CaptureInterface['statistics']>,
): void {
  writeBlock(out, BLOCK.interfaceStatistics, () => {
    out.u32(index);
    writeTime(out, timeNs);
    if (statistics.received !== undefined) writeCounter(out, OPTION.statistics.received, statistics.received);
    if (statistics.dropped !== undefined) writeCounter(out, OPTION.statistics.dropped, statistics.dropped);
    writeEndOfOptions(out);
  });
}

function writeBlock(out: ByteWriter, type: number, writeBody: () => void): void {
  const start = out.length;
  out.u32(type);
  out.u32(0);
  writeBody();
  const length = out.length + 4 - start;
  out.u32(length);
  out.patchU32(start + 4, length);
}

/** High half first, in either byte order. */
function writeTime(out: ByteWriter, timeNs: bigint): void {
  out.u32(Number((timeNs >> 32n) & 0xffff_ffffn));
  out.u32(Number(timeNs & 0xffff_ffffn));
}

const MAX_OPTION_LENGTH = 0xffff;

function writeText(out: ByteWriter, code: number, text: string): number {
  return writeOption(out, code, encodeUtf8(text, MAX_OPTION_LENGTH));
}

function writeCounter(out: ByteWriter, code: number, value: bigint): number {
  out.u16(code);
  out.u16(8);
  out.u64(value);
  return 1;
}

/** Returns how many options were written: 1. */
function writeOption(out: ByteWriter, code: number, value: Uint8Array): number {
  out.u16(code);
  out.u16(value.length);
  out.bytes(value);
  out.align4();
  return 1;
}

function writeEndOfOptions(out: ByteWriter): void {
  out.u32(OPTION.end);
}
