import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameLocator } from 'playwright-core';

/** A busy machine may need most of it to start a lab on Docker. */
const PATIENCE_MS = 90_000;

/** A row of the packet-flow panel as a screen reader hears it. */
export interface PanelRow {
  readonly id: string;
  /** From 1, of all rows there are. */
  readonly index: number;
  readonly kind: 'flow' | 'packet' | 'hop' | 'change';
  /** Undefined where there is nothing to unfold. */
  readonly open: boolean | undefined;
  readonly what: string;
  readonly way: string;
  readonly change: string;
  readonly result: string;
}

/** The packet-flow panel, read and driven through its grid of words. */
export class FlowPanel {
  readonly #frame: FrameLocator;

  constructor(frame: FrameLocator) {
    this.#frame = frame;
  }

  /** The rows to the last one, from top to bottom: as many as the grid keeps in the document at a time. */
  async rows(): Promise<PanelRow[]> {
    for (const began = Date.now(); ;) {
      const rows = await this.#shown();
      const last = rows.at(-1);
      // Counted after the rows were read: what came meanwhile is read the next time.
      const all = await this.#frame.locator('[role=treegrid]').getAttribute('aria-rowcount');
      if (!last || last.index >= Number(all)) return rows;
      if (Date.now() - began > PATIENCE_MS) throw new Error(`only ${last.index} of ${all} rows are shown`);
      // The grid keeps what is around the selected row. One that is gone by now (two ARP rows became one) is not waited for.
      await this.#send(last.id, 'click');
      await sleep(50);
    }
  }

  #shown(): Promise<PanelRow[]> {
    return this.#frame.locator('[role=treegrid] [role=row]').evaluateAll((rows) =>
      rows.map((row) => {
        // No function here has a name: the loader would add a helper, which the page does not have.
        const [what, way, change, result] = ['what', 'way', 'change', 'result'].map(
          (name) => row.querySelector(`.${name}`)?.textContent ?? '',
        );
        const expanded = row.getAttribute('aria-expanded');
        return {
          id: row.id,
          index: Number(row.getAttribute('aria-rowindex')),
          kind: row.classList[1] as 'flow' | 'packet' | 'hop' | 'change',
          open: expanded === null ? undefined : expanded === 'true',
          what: what!,
          way: way!,
          change: change!,
          result: result!,
        };
      }),
    );
  }

  /** What `look` finds in the rows, once it finds something. Throws with the rows when it does not. */
  async waitFor<T>(what: string, look: (rows: readonly PanelRow[]) => T | undefined): Promise<T> {
    for (const began = Date.now(); ;) {
      const rows = await this.rows();
      const found = look(rows);
      if (found !== undefined) return found;
      if (Date.now() - began > PATIENCE_MS) throw new Error(`${what}: not in the panel:\n${listing(rows)}`);
      await sleep(100);
    }
  }

  /** Unfolds a flow or a packet. */
  async open({ id, open }: PanelRow): Promise<void> {
    if (open === false) await this.#send(id, 'dblclick');
  }

  /** To a row that is in the document at this moment. */
  #send(id: string, event: 'click' | 'dblclick'): Promise<void> {
    return this.#frame
      .locator(`[id="${id}"]`)
      .evaluateAll(
        (rows, type) => rows.forEach((row) => row.dispatchEvent(new Event(type, { bubbles: true }))),
        event,
      );
  }
}

function listing(rows: readonly PanelRow[]): string {
  return rows
    .map(({ kind, what, way, change, result }) => [kind, what, way, change, result].join(' | '))
    .join('\n');
}

/** Flows of requests after the last change of the file. */
export function flowsOfEpoch(rows: readonly PanelRow[]): readonly PanelRow[] {
  return rows
    .slice(rows.findLastIndex(({ kind }) => kind === 'change') + 1)
    .filter(({ kind, what }) => kind === 'flow' && what.includes('GET /'));
}

/** For `waitFor`: at least so many requests have been answered. */
export function answered(count: number): (rows: readonly PanelRow[]) => true | undefined {
  return (rows) =>
    rows.filter(
      ({ kind, what, result }) => kind === 'flow' && what.includes('GET /') && result.includes('200'),
    ).length >= count || undefined;
}
