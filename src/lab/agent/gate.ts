/** About what a socket's buffer holds. */
const MOST_HELD = 1000;

/** What the agent itself does for its node waits here while the node's processes stand still. */
export class Gate {
  #open = true;
  #held: (() => void)[] = [];

  get isOpen(): boolean {
    return this.#open;
  }

  /** Acts now, or when the gate opens; what comes when too much waits already is lost. */
  pass(act: () => void): void {
    if (this.#open) act();
    else if (this.#held.length < MOST_HELD) this.#held.push(act);
  }

  close(): void {
    this.#open = false;
  }

  open(): void {
    this.#open = true;
    for (const act of this.#held.splice(0)) act();
  }
}
