import { asIpv4, asMac, type Ipv4 } from './address.ts';
import { EMPTY, u32, u48, view } from './bytes.ts';
import { ByteOrder } from './byte-order.ts';
import { MOST_AWAITED, readWhole, type CaptureParser, type Progress } from './capture-parser.ts';
import type { Capture, CaptureInterface, CaptureRecord } from './capture.ts';
import type { PacketProblem } from './layers.ts';
import { BLOCK, BLOCK_OVERHEAD, BYTE_ORDER_MAGIC, DIRECTION, NAME_RECORD, OPTION } from './pcapng-codes.ts';
import { packetProblem } from './problem.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * Any pcapng file: both byte orders, several sections, simple and obsolete packet blocks; block and option types of
 * others are skipped. Never throws: what is damaged is a problem, and reading goes on behind it as long as block
 * lengths can be trusted. The records' bytes are views into `bytes`.
 */
export function readPcapng(bytes: Uint8Array): Capture {
  return readWhole(new PcapngParser(), bytes);
}

/** Shared: few frames have any. */
const NO_COMMENTS: readonly string[] = [];

/** A section header without options. */
const SECTION_HEADER = 28;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One interface as its block describes it, with its place in the whole file. */
interface SectionInterface {
  readonly index: number;
  readonly snapLength: number;
  /** Nanoseconds since the epoch of a timestamp in this interface's units. */
  readonly timeNs: (ticks: bigint) => bigint;
}

export class PcapngParser implements CaptureParser {
  /** The window, and where it stands in the file. */
  #bytes = EMPTY;
  #base = 0;
  readonly #interfaces: Mutable<CaptureInterface>[] = [];
  readonly #records: CaptureRecord[] = [];
  readonly #names: { address: Ipv4; name: string }[] = [];
  readonly #problems: PacketProblem[] = [];
  readonly capture: Capture & { first?: number } = {
    interfaces: this.#interfaces,
    records: this.#records,
    names: this.#names,
    problems: this.#problems,
  };
  /** `undefined` before the first section header. */
  #order: ByteOrder | undefined;
  /** Interface numbers start again in every section. */
  #section: SectionInterface[] = [];

  read(bytes: Uint8Array, base: number, isLast: boolean): Progress {
    this.#bytes = bytes;
    this.#base = base;
    let at = 0;
    while (at < bytes.length) {
      const missing = isLast ? undefined : this.#missing(at);
      if (missing !== undefined) return { used: at, needs: missing };
      const length = this.#readBlock(at);
      if (length === undefined) return { used: at, needs: 0 };
      at += length;
    }
    if (base + bytes.length === 0 && isLast) this.#report('pcapng section header', 0);
    return { used: at, needs: BLOCK_OVERHEAD };
  }

  drop(count: number): void {
    this.capture.first = (this.capture.first ?? 1) + this.#records.splice(0, count).length;
  }

  #report(where: string, at: number): undefined {
    this.#problems.push(packetProblem('bad-capture', where, this.#base + at));
  }

  /** How long the block at `at` is, when not all of it is there yet. */
  #missing(at: number): number | undefined {
    const bytes = this.#bytes;
    const left = bytes.length - at;
    if (left < BLOCK_OVERHEAD) return BLOCK_OVERHEAD;
    const isSection = u32(bytes, at) === BLOCK.sectionHeader;
    if (isSection && left < SECTION_HEADER) return SECTION_HEADER;
    const order = isSection ? orderOf(bytes, at) : this.#order;
    const length = order?.u32(bytes, at + 4) ?? 0;
    return length > left && length % 4 === 0 && length <= MOST_AWAITED ? length : undefined;
  }

  /** Reads the block at `at` and returns its length; `undefined` when nothing behind it can be read. */
  #readBlock(at: number): number | undefined {
    const bytes = this.#bytes;
    if (at + BLOCK_OVERHEAD > bytes.length) return this.#report('pcapng block', at);
    // The section header's type is a palindrome: it reads the same in both byte orders.
    if (u32(bytes, at) === BLOCK.sectionHeader && !this.#startSection(at)) return undefined;
    const order = this.#order;
    if (order === undefined) return this.#report('pcapng section header', at);
    const length = order.u32(bytes, at + 4);
    const fits = length >= BLOCK_OVERHEAD && length % 4 === 0 && at + length <= bytes.length;
    if (!fits || order.u32(bytes, at + length - 4) !== length) return this.#report('pcapng block', at);
    this.#readBody(order, order.u32(bytes, at), at + 8, at + length - 4);
    return length;
  }

  #startSection(at: number): boolean {
    const bytes = this.#bytes;
    const order = orderOf(bytes, at);
    // Version 1; its minor versions differ in nothing that matters to a reader.
    const known =
      order !== undefined && at + SECTION_HEADER <= bytes.length && order.u16(bytes, at + 12) === 1;
    if (!known) {
      const isOfAnother = order !== undefined && at + SECTION_HEADER <= bytes.length;
      this.#report(isOfAnother ? `pcapng ${order.u16(bytes, at + 12)}.x` : 'pcapng section header', at);
      return false;
    }
    this.#order = order;
    this.#section = [];
    return true;
  }

  #readBody(order: ByteOrder, type: number, start: number, end: number): void {
    const shortest = SHORTEST_BODY[type] ?? 0;
    if (end - start < shortest) return this.#report('pcapng block', start - 8);
    switch (type) {
      case BLOCK.interface:
        return this.#readInterface(order, start, end);
      case BLOCK.enhancedPacket:
        return this.#readPacket(order, order.u32(this.#bytes, start), start, end);
      case BLOCK.packet:
        return this.#readPacket(order, order.u16(this.#bytes, start), start, end);
      case BLOCK.simplePacket:
        return this.#readSimplePacket(order, start, end);
      case BLOCK.nameResolution:
        return this.#readNames(order, start, end);
      case BLOCK.interfaceStatistics:
        return this.#readStatistics(order, start, end);
    }
  }

  #readInterface(order: ByteOrder, start: number, end: number): void {
    const bytes = this.#bytes;
    const one: Mutable<CaptureInterface> = {
      name: '',
      linkType: order.u16(bytes, start),
      snapLength: order.u32(bytes, start + 4),
    };
    let resolution = 6;
    let offset = 0n;
    this.#readOptions(order, start + 8, end, (code, value) => {
      const { length } = value;
      if (code === OPTION.interface.name) one.name = decodeUtf8(value);
      else if (code === OPTION.interface.description) one.description = decodeUtf8(value);
      else if (code === OPTION.interface.ipv4 && length === 8)
        one.ipv4 = { address: asIpv4(u32(value, 0)), mask: u32(value, 4) };
      else if (code === OPTION.interface.mac && length === 6) one.mac = asMac(u48(value, 0));
      else if (code === OPTION.interface.timeResolution && length === 1) resolution = value[0]!;
      else if (code === OPTION.interface.filter && value[0] === 0)
        one.filter = decodeUtf8(view(value, 1, length));
      else if (code === OPTION.interface.timeOffset && length === 8)
        offset = BigInt.asIntN(64, order.u64(value, 0));
    });
    this.#section.push({
      index: this.#interfaces.length,
      snapLength: one.snapLength,
      timeNs: nanoseconds(resolution, offset),
    });
    this.#interfaces.push(one);
  }

  /** Enhanced and obsolete packet blocks differ only in how they number the interface and count drops. */
  #readPacket(order: ByteOrder, interfaceNumber: number, start: number, end: number): void {
    const bytes = this.#bytes;
    const one = this.#section[interfaceNumber];
    const length = order.u32(bytes, start + 12);
    const dataEnd = start + 20 + length;
    if (one === undefined || dataEnd > end) return this.#report('pcapng packet', start - 8);
    const record: Mutable<CaptureRecord> = {
      interface: one.index,
      timeNs: one.timeNs(timeOf(order, bytes, start + 4)),
      bytes: view(bytes, start + 20, dataEnd),
      originalLength: order.u32(bytes, start + 16),
      comments: NO_COMMENTS,
    };
    this.#readOptions(order, start + 20 + align4(length), end, (code, value) => {
      if (code === OPTION.comment) record.comments = [...record.comments, decodeUtf8(value)];
      else if (code === OPTION.packet.flags && value.length === 4) {
        const direction = order.u32(value, 0) & 3;
        if (direction === DIRECTION.in) record.direction = 'in';
        else if (direction === DIRECTION.out) record.direction = 'out';
      } else if (code === OPTION.packet.dropCount && value.length === 8)
        record.dropCount = order.u64(value, 0);
      else if (code === OPTION.packet.packetId && value.length === 8) record.packetId = order.u64(value, 0);
    });
    this.#records.push(record);
  }

  /** No time, no options; the first interface's, cut to its snapshot length. */
  #readSimplePacket(order: ByteOrder, start: number, end: number): void {
    const one = this.#section[0];
    if (one === undefined) return this.#report('pcapng packet', start - 8);
    const originalLength = order.u32(this.#bytes, start);
    const length = one.snapLength === 0 ? originalLength : Math.min(originalLength, one.snapLength);
    if (start + 4 + length > end) return this.#report('pcapng packet', start - 8);
    const bytes = view(this.#bytes, start + 4, start + 4 + length);
    this.#records.push({
      interface: one.index,
      timeNs: 0n,
      hasNoTime: true,
      bytes,
      originalLength,
      comments: NO_COMMENTS,
    });
  }

  #readNames(order: ByteOrder, start: number, end: number): void {
    this.#readOptions(order, start, end, (code, value) => {
      if (code !== NAME_RECORD.ipv4 || value.length < 4) return;
      const address = asIpv4(u32(value, 0));
      for (const name of decodeUtf8(view(value, 4, value.length)).split('\0')) {
        if (name !== '') this.#names.push({ address, name });
      }
    });
  }

  #readStatistics(order: ByteOrder, start: number, end: number): void {
    const one = this.#section[order.u32(this.#bytes, start)];
    if (one === undefined) return this.#report('pcapng interface statistics', start - 8);
    const statistics: Mutable<NonNullable<CaptureInterface['statistics']>> = {};
    this.#readOptions(order, start + 12, end, (code, value) => {
      if (value.length !== 8) return;
      if (code === OPTION.statistics.received) statistics.received = order.u64(value, 0);
      else if (code === OPTION.statistics.dropped) statistics.dropped = order.u64(value, 0);
    });
    this.#interfaces[one.index]!.statistics = statistics;
  }

  /** Options, or the records of a name block, which look the same. The end marker may be missing. */
  #readOptions(
    order: ByteOrder,
    start: number,
    end: number,
    take: (code: number, value: Uint8Array) => void,
  ): void {
    const bytes = this.#bytes;
    for (let at = start; at + 4 <= end;) {
      const code = order.u16(bytes, at);
      if (code === OPTION.end) return;
      const length = order.u16(bytes, at + 2);
      if (at + 4 + length > end) return this.#report('pcapng option', at);
      take(code, length === 0 ? EMPTY : view(bytes, at + 4, at + 4 + length));
      at += 4 + align4(length);
    }
  }
}

const SHORTEST_BODY: Readonly<Record<number, number>> = {
  [BLOCK.interface]: 8,
  [BLOCK.enhancedPacket]: 20,
  [BLOCK.packet]: 20,
  [BLOCK.simplePacket]: 4,
  [BLOCK.interfaceStatistics]: 12,
};

/** Of the section that begins there. */
function orderOf(bytes: Uint8Array, at: number): ByteOrder | undefined {
  return [new ByteOrder(true), new ByteOrder(false)].find(
    (one) => one.u32(bytes, at + 8) === BYTE_ORDER_MAGIC,
  );
}

/** High half first, in either byte order. */
function timeOf(order: ByteOrder, bytes: Uint8Array, at: number): bigint {
  return (BigInt(order.u32(bytes, at)) << 32n) | BigInt(order.u32(bytes, at + 4));
}

/** `if_tsresol`: a power of ten, or of two when the high bit is set. `offset` is in seconds. */
function nanoseconds(resolution: number, offset: bigint): (ticks: bigint) => bigint {
  const base = offset * 1_000_000_000n;
  const exponent = BigInt(resolution & 0x7f);
  if ((resolution & 0x80) !== 0) return (ticks) => base + ((ticks * 1_000_000_000n) >> exponent);
  if (exponent <= 9n) {
    const factor = 10n ** (9n - exponent);
    return (ticks) => base + ticks * factor;
  }
  const divisor = 10n ** (exponent - 9n);
  return (ticks) => base + ticks / divisor;
}

function align4(length: number): number {
  return Math.ceil(length / 4) * 4;
}
