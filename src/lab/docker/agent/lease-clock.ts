/** Without a word from a controller for so long the node ends itself. */
const LONGEST_SILENCE_S = Number(process.env['LB_LAB_SILENCE_SECONDS'] ?? 600);

/**
 * Until when the node belongs to a controller that may come back. A lab whose start was never finished has no lease, so
 * that the first sweep takes it away.
 */
export class Lease {
  readonly #end: () => void;
  #untilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(end: () => void) {
    this.#end = end;
    this.heard();
  }

  renew(seconds: number): void {
    this.#untilMs = Date.now() + seconds * 1000;
    this.heard();
  }

  /** A controller spoke: the silence begins anew. */
  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#end, LONGEST_SILENCE_S * 1000);
  }

  remaining(): number {
    return Math.max(0, (this.#untilMs - Date.now()) / 1000);
  }
}
