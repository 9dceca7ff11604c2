import { HEADROOM, type Frame } from '../frame.ts';

/** Four bytes more than the headroom, for a VLAN tag the kernel took out, rounded up so that alignment stays. */
export const SLOT_START = HEADROOM + 16;
const DEFAULT_LONGEST = 2048 - SLOT_START;
const CACHE_LINE = 64;

/** Frame buffers side by side in one piece of memory, so that the kernel can be told where each begins. */
export class Slots {
  readonly memory: Uint8Array;
  /** Bytes from one slot to the next. */
  readonly stride: number;
  /** The longest frame that fits. */
  readonly capacity: number;
  readonly frames: readonly Frame[];

  constructor(count: number, longestFrame = DEFAULT_LONGEST) {
    this.stride = Math.ceil((SLOT_START + Math.max(longestFrame, DEFAULT_LONGEST)) / CACHE_LINE) * CACHE_LINE;
    this.capacity = this.stride - SLOT_START;
    this.memory = new Uint8Array(count * this.stride);
    this.frames = Array.from({ length: count }, (_, index) => this.#frame(index * this.stride));
  }

  /** Where the slot's frame begins in `memory`, before anybody moved it. */
  startOf(index: number): number {
    return index * this.stride + SLOT_START;
  }

  #frame(offset: number): Frame {
    const { buffer } = this.memory;
    const bytes = new Uint8Array(buffer, offset, this.stride);
    const view = new DataView(buffer, offset, this.stride);
    return { port: 0, bytes, view, start: SLOT_START, end: SLOT_START, partialChecksum: false, guess: -1 };
  }
}

/** The frame's place in the slot's own bytes: `frame` begins anew with `length` bytes received. */
export function refill(frame: Frame, port: number, length: number, partialChecksum: boolean): void {
  frame.port = port;
  frame.start = SLOT_START;
  frame.end = SLOT_START + length;
  frame.partialChecksum = partialChecksum;
}
