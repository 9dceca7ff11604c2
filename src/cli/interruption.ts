/** Ctrl-C, and its like, while something runs that is to end well. A second one ends at once. */
export class Interruption {
  did = false;
  readonly happened: Promise<void>;
  readonly #signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  #listener: () => void = () => undefined;

  constructor() {
    this.happened = new Promise((resolve) => {
      this.#listener = () => {
        if (this.did) process.exit(130);
        this.did = true;
        resolve();
      };
    });
    for (const signal of this.#signals) process.on(signal, this.#listener);
  }

  end(): void {
    for (const signal of this.#signals) process.off(signal, this.#listener);
  }
}
