import type { PortRange } from './config.ts';

/**
 * Which of the director's own ports are taken, one pool per tuple in which they must differ: per (protocol, DIP, RIP,
 * server port) in dnat, per protocol in nat. One bit per port.
 */
export class PortPool {
  private readonly taken = new Int32Array(0x1_0000 / 32);
  private next = 0;

  /** A free port of the range, `preferred` when it is one of them; -1 when all are taken. */
  take(preferred: number, { first, last }: PortRange): number {
    if (preferred >= first && preferred <= last && this.isFree(preferred)) return this.mark(preferred);
    const start = this.next >= first && this.next <= last ? this.next : first;
    const port = this.firstFree(start, last);
    if (port >= 0) return this.mark(port);
    const wrapped = this.firstFree(first, start - 1);
    return wrapped < 0 ? -1 : this.mark(wrapped);
  }

  release(port: number): void {
    this.taken[port >> 5]! &= ~(1 << (port & 31));
  }

  private isFree(port: number): boolean {
    return (this.taken[port >> 5]! & (1 << (port & 31))) === 0;
  }

  private mark(port: number): number {
    this.taken[port >> 5]! |= 1 << (port & 31);
    // The one just taken comes last: a released port rests as long as possible before it is used again.
    this.next = port + 1;
    return port;
  }

  private firstFree(first: number, last: number): number {
    for (let port = first; port <= last; port++) {
      // 32 taken ports at once: a nearly full pool is searched in at most 2048 steps.
      if ((port & 31) === 0 && this.taken[port >> 5] === -1) port += 31;
      else if (this.isFree(port)) return port;
    }
    return -1;
  }
}
