interface Holder {
  readonly controller: string;
  /** The connection it speaks over. */
  readonly peer: object;
}

/**
 * Until when the node belongs to a controller that may come back. A lab whose start was never finished has no lease, so
 * that the first sweep takes it away. While the holder is connected nobody else gets the lease; when its connection has
 * ended, whoever comes first takes the lab up.
 */
export class Lease {
  readonly #end: () => void;
  readonly #silenceSeconds: number;
  #holder: Holder | undefined;
  #untilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Without a word from a controller for `silenceSeconds` the node ends itself: `end` is called. */
  constructor(end: () => void, silenceSeconds: number) {
    this.#end = end;
    this.#silenceSeconds = silenceSeconds;
    this.heard();
  }

  /** False when another controller holds it. */
  claim(controller: string, peer: object, seconds: number): boolean {
    if (this.#holder && this.#holder.controller !== controller && this.remaining() > 0) return false;
    this.#holder = { controller, peer };
    this.#untilMs = Date.now() + seconds * 1000;
    return true;
  }

  /** Whether the one behind this connection may change the node. */
  allows(peer: object): boolean {
    return !this.#holder || this.#holder.peer === peer || this.remaining() === 0;
  }

  /** A connection has ended. The lease runs on: it keeps the sweep away until somebody takes the lab up. */
  left(peer: object): void {
    if (this.#holder?.peer === peer) this.#holder = undefined;
  }

  /** A controller spoke: the silence begins anew. */
  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#end, this.#silenceSeconds * 1000);
  }

  /** The silence is not watched any more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  /** In seconds. */
  remaining(): number {
    return Math.max(0, (this.#untilMs - Date.now()) / 1000);
  }
}
