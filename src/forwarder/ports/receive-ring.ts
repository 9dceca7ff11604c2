import type { Frame } from '../frame.ts';

/**
 * The memory that a packet socket shares with us (packet_mmap, TPACKET_V2): the kernel copies each frame into the next
 * slot, with its time and flags, and we give the slot back. Receiving costs no system call, and the frame is rewritten
 * where it is: `PACKET_RESERVE` keeps headroom before it.
 */

/** `struct tpacket2_hdr` of linux/if_packet.h, in words of 32 bits. */
const STATUS = 0;
const LENGTH = 1;
const SNAP_LENGTH = 2;
const OFFSETS = 3;
const SECONDS = 4;
const NANOSECONDS = 5;
const VLAN = 6;

const TP_STATUS_KERNEL = 0;
const TP_STATUS_USER = 1 << 0;
const TP_STATUS_CSUMNOTREADY = 1 << 3;
const TP_STATUS_VLAN_VALID = 1 << 4;
const TP_STATUS_VLAN_TPID_VALID = 1 << 6;
const ETHERTYPE_VLAN = 0x8100;

export const TPACKET_V2 = 1;
/**
 * A slot begins with a header of 52 bytes; with so many reserved, the IPv4 header of a frame stands at byte 128. That
 * leaves 62 bytes of headroom, four of which a VLAN tag may need.
 */
export const RESERVED = 48;
const FRAME_START = 114;

/** How a ring for frames of at most `longestFrame` bytes is laid out: `struct tpacket_req`, blocks of whole pages. */
export class RingShape {
  readonly slotSize: number;
  readonly slots: number;
  static readonly #BLOCK = 2 ** 18;

  constructor(longestFrame: number, bytes: number) {
    let size = 2048;
    while (size < FRAME_START + longestFrame) size *= 2;
    this.slotSize = size;
    this.slots = bytes / size;
  }

  /** The longest frame that fits. */
  get capacity(): number {
    return this.slotSize - FRAME_START;
  }

  get bytes(): number {
    return this.slotSize * this.slots;
  }

  get request(): Int32Array {
    return Int32Array.of(RingShape.#BLOCK, this.bytes / RingShape.#BLOCK, this.slotSize, this.slots);
  }
}

export class ReceiveRing {
  /** The frames last taken; the bytes of each are the whole ring. */
  readonly frames: readonly Frame[];
  /** When they came: CLOCK_REALTIME. */
  readonly seconds: Int32Array;
  readonly nanoseconds: Int32Array;
  /** Frames that no slot could hold; they are left out. */
  oversized = 0;
  readonly #words: Int32Array;
  readonly #slotWords: number;
  readonly #slots: number;
  readonly #port: number;
  readonly #most: number;
  #next = 0;
  #firstTaken = 0;

  /** At most `most` frames are taken at once. */
  constructor(memory: ArrayBuffer, { slotSize, slots }: RingShape, port: number, most: number) {
    this.#words = new Int32Array(memory);
    this.#slotWords = slotSize / 4;
    this.#slots = slots;
    const bytes = new Uint8Array(memory);
    const view = new DataView(memory);
    this.frames = Array.from({ length: most }, () => ({
      port,
      bytes,
      view,
      start: 0,
      end: 0,
      partialChecksum: false,
      guess: -1,
    }));
    this.seconds = new Int32Array(most);
    this.nanoseconds = new Int32Array(most);
    this.#port = port;
    this.#most = most;
  }

  /** Takes what is there into `frames`; how many. Their slots are ours until `release`. */
  take(): number {
    const words = this.#words;
    let count = 0;
    // Those that are left out count here: their slots must be given back before the kernel fills them again.
    for (let looked = 0; looked < this.#most; looked++) {
      const at = this.#next * this.#slotWords;
      // An acquiring load: what the kernel wrote before is seen after it.
      const status = Atomics.load(words, at + STATUS);
      if ((status & TP_STATUS_USER) === 0) break;
      this.#next = this.#next + 1 === this.#slots ? 0 : this.#next + 1;
      const length = words[at + LENGTH]!;
      if (length > words[at + SNAP_LENGTH]!) {
        this.oversized++;
        continue;
      }
      const frame = this.frames[count]!;
      frame.port = this.#port;
      frame.start = at * 4 + (words[at + OFFSETS]! & 0xffff);
      frame.end = frame.start + length;
      frame.partialChecksum = (status & TP_STATUS_CSUMNOTREADY) !== 0;
      this.seconds[count] = words[at + SECONDS]!;
      this.nanoseconds[count] = words[at + NANOSECONDS]!;
      if ((status & TP_STATUS_VLAN_VALID) !== 0) putBackTag(frame, status, words[at + VLAN]!);
      count++;
    }
    return count;
  }

  /** Gives all slots taken back to the kernel. */
  release(): void {
    while (this.#firstTaken !== this.#next) {
      Atomics.store(this.#words, this.#firstTaken * this.#slotWords + STATUS, TP_STATUS_KERNEL);
      this.#firstTaken = this.#firstTaken + 1 === this.#slots ? 0 : this.#firstTaken + 1;
    }
  }
}

/** The kernel takes the outer VLAN tag out of a frame; here it stands between the addresses and the type again. */
function putBackTag(frame: Frame, status: number, vlan: number): void {
  const protocol = (status & TP_STATUS_VLAN_TPID_VALID) === 0 ? ETHERTYPE_VLAN : vlan >>> 16;
  frame.bytes.copyWithin(frame.start - 4, frame.start, frame.start + 12);
  frame.start -= 4;
  frame.view.setUint16(frame.start + 12, protocol);
  frame.view.setUint16(frame.start + 14, vlan & 0xffff);
}
