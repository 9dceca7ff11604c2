import type { Ipv4 } from '../../../packet/address.ts';
import type { TcpState } from '../../node-state.ts';
import type { ControlBlock } from './control-block.ts';
import { sendReset } from './output.ts';
import { closeBlock, sendAndWatch } from './timers.ts';

/** What an application holds of a connection. Writing to one that is closing or gone does nothing. */
export class TcpConnection {
  readonly #block: ControlBlock;

  constructor(block: ControlBlock) {
    this.#block = block;
  }

  get state(): TcpState {
    return this.#block.state;
  }

  get local(): Ipv4 {
    return this.#block.local;
  }

  get localPort(): number {
    return this.#block.localPort;
  }

  get remote(): Ipv4 {
    return this.#block.remote;
  }

  get remotePort(): number {
    return this.#block.remotePort;
  }

  /** Queues bytes and sends what the windows allow; the caller no longer changes them. */
  send(...pieces: readonly Uint8Array[]): void {
    if (this.#block.finishing || this.#block.state === 'closed') return;
    for (const piece of pieces) this.#block.queue.append(piece);
    sendAndWatch(this.#block);
  }

  /** Half-close: nothing more will be sent, but data is still received (`shutdown(SHUT_WR)`). */
  finish(): void {
    const block = this.#block;
    if (block.finishing) return;
    if (block.state === 'syn-sent') {
      closeBlock(block, 'aborted');
      return;
    }
    block.finishing = true;
    if (block.state === 'established') block.state = 'fin-wait-1';
    else if (block.state === 'close-wait') block.state = 'last-ack';
    sendAndWatch(block);
  }

  /** Closes for good (`close`): the rest is sent, then the FIN; what still arrives is answered with a reset. */
  close(): void {
    this.finish();
    this.#block.orphaned = true;
  }

  /** Resets the connection (RFC 9293, section 3.10.5). */
  abort(): void {
    const { state } = this.#block;
    if (state === 'closed') return;
    if (state !== 'syn-sent' && state !== 'time-wait') sendReset(this.#block);
    closeBlock(this.#block, 'aborted');
  }
}
