/** Who wants to be told, without an editor: what `vscode.EventEmitter` is to code that knows `vscode`. */
export class Listeners<Event> {
  readonly #listeners = new Set<(event: Event) => void>();

  readonly add = (listener: (event: Event) => void): Ending => {
    // Wrapped, so that the same function added twice is told twice and ended once.
    const own = (event: Event) => listener(event);
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  };

  tell(event: Event): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/** Fits `vscode.Disposable`. */
export interface Ending {
  dispose(): void;
}
