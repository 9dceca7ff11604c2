import type { FrameEvent } from '../../lab/events.ts';

/** Frames in a block; a block's bytes stand in one buffer. */
const BLOCK = 1024;
/** A block with so few frames left gives them a buffer each. */
const FEW = BLOCK / 16;
/** A closed block whose buffer is filled so far keeps it. */
const SNUG = 0.9;

/**
 * The frames kept, by their record numbers, as columns of numbers and bytes in few large buffers: an object and a
 * buffer of its own for each would take several times what was captured.
 */
export class FrameStore {
  readonly #blocks = new Map<number, Block>();
  /** Left over from blocks that are gone. */
  readonly #single = new Map<number, FrameEvent>();
  readonly #points: Point[] = [];
  readonly #pointOf = new Map<string, Map<string, number>>();
  /** Frames kept, and their captured bytes. */
  count = 0;
  bytes = 0;

  /** Takes a copy. @param number The record number: one more than the number before. */
  add(number: number, event: FrameEvent): void {
    const key = Math.floor(number / BLOCK);
    let block = this.#blocks.get(key);
    if (block === undefined) {
      const before = this.#blocks.get(key - 1);
      before?.close();
      if (before?.count === 0) this.#blocks.delete(key - 1);
      this.#blocks.set(key, (block = new Block(before?.bytesTaken)));
    }
    const point = this.#pointIndex(event.node, event.segment) * 2 + (event.direction === 'out' ? 1 : 0);
    block.add(number % BLOCK, event, point);
    this.count++;
    this.bytes += event.bytes.length;
  }

  /** As it was captured; `undefined` when it is not kept any more. The bytes are the store's: only read them. */
  get(number: number): FrameEvent | undefined {
    const block = this.#blocks.get(Math.floor(number / BLOCK));
    const slot = number % BLOCK;
    if (!block?.has(slot)) return this.#single.get(number);
    const point = block.points[slot]! - 1;
    const { node, segment } = this.#points[point >> 1]!;
    return {
      kind: 'frame',
      timeNs: block.times[slot]!,
      node,
      segment,
      direction: point & 1 ? 'out' : 'in',
      bytes: block.bytesOf(slot),
      originalLength: block.originals[slot]!,
    };
  }

  /** Of the frame as it was sent; 0 when it is not kept any more. */
  originalLengthOf(number: number): number {
    const block = this.#blocks.get(Math.floor(number / BLOCK));
    const slot = number % BLOCK;
    return block?.has(slot) ? block.originals[slot]! : (this.#single.get(number)?.originalLength ?? 0);
  }

  has(number: number): boolean {
    return this.#blocks.get(Math.floor(number / BLOCK))?.has(number % BLOCK) || this.#single.has(number);
  }

  delete(number: number): void {
    const key = Math.floor(number / BLOCK);
    const block = this.#blocks.get(key);
    const slot = number % BLOCK;
    if (!block?.has(slot)) {
      const single = this.#single.get(number);
      if (single === undefined) return;
      this.#single.delete(number);
      this.#forget(single.bytes.length);
      return;
    }
    this.#forget(block.lengths[slot]!);
    block.delete(slot);
    if (!block.closed || block.count > FEW) return;
    for (let other = 0; other < BLOCK; other++) {
      if (!block.has(other)) continue;
      const event = this.get(key * BLOCK + other)!;
      this.#single.set(key * BLOCK + other, { ...event, bytes: event.bytes.slice() });
    }
    this.#blocks.delete(key);
  }

  #forget(length: number): void {
    this.count--;
    this.bytes -= length;
  }

  #pointIndex(node: string, segment: string): number {
    let segments = this.#pointOf.get(node);
    if (segments === undefined) this.#pointOf.set(node, (segments = new Map()));
    let index = segments.get(segment);
    if (index === undefined) {
      segments.set(segment, (index = this.#points.length));
      this.#points.push({ node, segment });
    }
    return index;
  }
}

interface Point {
  readonly node: string;
  readonly segment: string;
}

class Block {
  readonly times = new Float64Array(BLOCK);
  readonly lengths = new Uint32Array(BLOCK);
  readonly originals = new Uint32Array(BLOCK);
  /** Capture point and direction, plus 1: 0 is a frame that is not here. */
  readonly points = new Uint16Array(BLOCK);
  readonly #starts = new Uint32Array(BLOCK);
  #buffer: Uint8Array;
  #end = 0;
  /** Bytes of the frames that are still here. */
  #live = 0;
  count = 0;
  closed = false;

  /** @param expected Bytes that it is likely to take: as many as the block before. */
  constructor(expected = 1024) {
    this.#buffer = new Uint8Array(expected);
  }

  /** Also by those that are not here any more. */
  get bytesTaken(): number {
    return this.#end;
  }

  has(slot: number): boolean {
    return this.points[slot] !== 0;
  }

  add(slot: number, { timeNs, bytes, originalLength }: FrameEvent, point: number): void {
    const end = this.#end + bytes.length;
    if (end > this.#buffer.length) this.#move(Math.max(end, this.#buffer.length * 2));
    this.#buffer.set(bytes, this.#end);
    this.#starts[slot] = this.#end;
    this.#end = end;
    this.#live += bytes.length;
    this.times[slot] = timeNs;
    this.lengths[slot] = bytes.length;
    this.originals[slot] = originalLength;
    this.points[slot] = point + 1;
    this.count++;
  }

  bytesOf(slot: number): Uint8Array {
    const start = this.#starts[slot]!;
    return this.#buffer.subarray(start, start + this.lengths[slot]!);
  }

  delete(slot: number): void {
    this.points[slot] = 0;
    this.count--;
    this.#live -= this.lengths[slot]!;
    if (this.closed && this.#live < this.#buffer.length / 2) this.#move(this.#live);
  }

  /** No more frames come. */
  close(): void {
    this.closed = true;
    if (this.#live < this.#buffer.length * SNUG) this.#move(this.#live);
  }

  /** What is still here, close together, in a buffer of this size. */
  #move(size: number): void {
    const buffer = new Uint8Array(size);
    if (this.#live === this.#end) {
      buffer.set(this.#buffer.subarray(0, this.#end));
      this.#buffer = buffer;
      return;
    }
    let end = 0;
    for (let slot = 0; slot < BLOCK; slot++) {
      if (!this.has(slot)) continue;
      buffer.set(this.bytesOf(slot), end);
      this.#starts[slot] = end;
      end += this.lengths[slot]!;
    }
    this.#buffer = buffer;
    this.#end = end;
  }
}
