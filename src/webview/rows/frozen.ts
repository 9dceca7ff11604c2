import type { ChangeRow } from '../../panel-protocol/messages.ts';
import type { Rows } from '../records/rows.ts';
import type { Shown } from './row-list.ts';

/** What there was when the view was paused: numbers rise as rows come, so the last ones tell. */
export class Frozen {
  readonly changes: readonly ChangeRow[];
  readonly #flow: number;
  readonly #packet: number;

  constructor(table: Rows, changes: readonly ChangeRow[]) {
    this.changes = changes;
    let [flow, packet] = [0, 0];
    for (const id of table.flowIds()) {
      flow = Math.max(flow, id);
      packet = Math.max(packet, table.journeyIds(id).at(-1) ?? 0);
    }
    this.#flow = flow;
    this.#packet = packet;
  }

  /** Of what is shown, what was there. */
  and(shown: Shown | undefined): Shown {
    return {
      flow: (id) => id <= this.#flow && (shown?.flow(id) ?? true),
      packet: (id) => id <= this.#packet && (shown?.packet(id) ?? true),
    };
  }
}
