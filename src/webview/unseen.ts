import type { Panel } from './panel.ts';

/** Counts the flows below everything that has been in view: what the "3 new" pill says. */
export class Unseen {
  readonly #panel: Panel;
  #version = 0;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  /** Rows up to `last` are in view. Following lets go when somebody scrolls away from the end. */
  saw(last: number, atEnd: boolean): void {
    const { table, list, state, store } = this.#panel;
    const before = this.#panel.lastSeen;
    for (let index = last; index >= 0; index--) {
      const row = list.rows[index]!;
      if (row.kind === 'change') continue;
      this.#panel.lastSeen = Math.max(before, row.flow);
      break;
    }
    if (state.follow && !atEnd && this.#version === table.version) store.update({ follow: false });
    this.#version = table.version;
    if (this.#panel.lastSeen !== before) store.touch();
  }

  get count(): number {
    const { list, lastSeen } = this.#panel;
    let count = 0;
    for (let index = list.rows.length - 1; index >= 0; index--) {
      const row = list.rows[index]!;
      if (row.kind === 'change') continue;
      if (row.flow <= lastSeen) break;
      if (row.kind === 'flow' || (row.kind === 'arp' && !row.open))
        count += row.kind === 'arp' ? row.flows.length : 1;
    }
    return count;
  }
}
