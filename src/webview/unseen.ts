import type { Panel } from './panel.ts';

/** Counts the flows below everything that has been in view: what the "3 new" pill says. */
export class Unseen {
  readonly #panel: Panel;
  #highest = 0;
  #version = 0;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  /** Rows up to `last` are in view. Following lets go when somebody scrolls away from the end. */
  saw(last: number, atEnd: boolean): void {
    const { table, list, state, store } = this.#panel;
    const before = this.#highest;
    if (table.flowCount === 0) this.#highest = 0;
    for (let index = last; index >= 0; index--) {
      const row = list.rows[index]!;
      if (row.kind === 'change') continue;
      this.#highest = Math.max(this.#highest, row.flow);
      break;
    }
    if (state.follow && !atEnd && this.#version === table.version) store.update({ follow: false });
    this.#version = table.version;
    if (this.#highest !== before) store.touch();
  }

  get count(): number {
    const { list } = this.#panel;
    let count = 0;
    for (let index = list.rows.length - 1; index >= 0; index--) {
      const row = list.rows[index]!;
      if (row.kind === 'change') continue;
      if (row.flow <= this.#highest) break;
      if (row.kind === 'flow') count++;
    }
    return count;
  }
}
