/** State in one place: changed by `update`, watched by `subscribe`. Listeners run once per frame however often it changes. */
export class Store<State extends object> {
  #state: State;
  readonly #listeners = new Set<(state: State) => void>();
  readonly #schedule: (run: () => void) => void;
  #scheduled = false;

  /** @param schedule Runs what it is given a little later, before the next picture. */
  constructor(state: State, schedule: (run: () => void) => void) {
    this.#state = state;
    this.#schedule = schedule;
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  update(patch: Partial<State>): void {
    this.#state = { ...this.#state, ...patch };
    this.touch();
  }

  /** Something that the state refers to has changed in place. */
  touch(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener(this.#state);
    });
  }

  subscribe(listener: (state: State) => void): void {
    this.#listeners.add(listener);
  }
}
