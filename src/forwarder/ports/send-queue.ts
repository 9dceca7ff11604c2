import { HEADROOM, type Frame } from '../frame.ts';
import * as libc from './libc.ts';
import type { Libc } from './libc.ts';
import { Messages } from './messages.ts';
import { SLOT_START, Slots } from './slots.ts';

/** Messages of one sendmmsg call. */
const BATCH = 64;

/** Frames on their way out of one socket. The port's own frames are sent from where they are, others are copied. */
export class SendQueue {
  transmitted = 0;
  refused = 0;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #messages: Messages;
  readonly #copies: Slots;
  readonly #copiesAt: number;
  #queued = 0;

  constructor(system: Libc, fd: number, longestFrame: number) {
    this.#libc = system;
    this.#fd = fd;
    this.#messages = new Messages(BATCH, system.addressOf);
    // A frame may have grown into its headroom.
    this.#copies = new Slots(BATCH, longestFrame + HEADROOM);
    this.#copiesAt = system.addressOf(this.#copies.memory);
  }

  /** Queues `length` bytes at an address, which must stay as they are until `flush`. */
  add(address: number, length: number): void {
    if (this.#queued === BATCH) this.flush();
    this.#messages.place(this.#queued++, address, length);
  }

  /** Queues a copy. */
  addCopy({ bytes, start, end }: Frame): void {
    if (this.#queued === BATCH) this.flush();
    const length = end - start;
    if (length > this.#copies.capacity) {
      this.refused++;
      return;
    }
    const index = this.#queued;
    const target = this.#copies.frames[index]!.bytes;
    for (let i = 0; i < length; i++) target[SLOT_START + i] = bytes[start + i]!;
    this.add(this.#copiesAt + this.#copies.startOf(index), length);
  }

  flush(): void {
    if (this.#queued === 0) return;
    const total = this.#queued;
    this.#queued = 0;
    let from = 0;
    while (from < total) {
      const rest = from === 0 ? this.#messages.headers : this.#messages.headersFrom(from);
      const sent = this.#libc.sendmmsg(this.#fd, rest, total - from, libc.MSG_DONTWAIT);
      if (sent > 0) {
        this.transmitted += sent;
        from += sent;
        continue;
      }
      const code = this.#libc.errno();
      if (code === libc.EINTR) continue;
      // A frame too long is one frame's fault; a full queue or an interface that is down concerns them all.
      const lost = code === libc.EMSGSIZE ? 1 : total - from;
      this.refused += lost;
      from += lost;
    }
  }
}
