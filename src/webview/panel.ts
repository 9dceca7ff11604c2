import { matchFilter } from './filter/match-filter.ts';
import { parseFilter } from './filter/parse-filter.ts';
import { HostLink, type HostApi } from './host-link.ts';
import { Names } from './names.ts';
import { firstState, type PanelState } from './panel-state.ts';
import { RowTable } from './records/row-table.ts';
import type { Row } from './rows/row.ts';
import { listRows, type RowList, type Shown } from './rows/row-list.ts';
import type { WordSource } from './rows/row-words.ts';
import { Store } from './store.ts';

/** What every part of the panel shares: the state, the rows, the way to the host. */
export class Panel {
  readonly store: Store<PanelState>;
  readonly table = new RowTable();
  readonly host: HostLink;
  /** Brings a row into view; set by whoever shows the rows. */
  scrollTo: (key: string) => void = () => undefined;
  scrollToEnd: () => void = () => undefined;
  #list: { readonly of: readonly unknown[]; readonly list: RowList } | undefined;
  #shown: { readonly of: readonly unknown[]; readonly shown: Shown | undefined } | undefined;
  #names: { readonly of: readonly unknown[]; readonly names: Names } | undefined;

  constructor(api: HostApi, schedule: (run: () => void) => void) {
    this.host = new HostLink(api);
    this.store = new Store(firstState, schedule);
  }

  get state(): Readonly<PanelState> {
    return this.store.state;
  }

  /** The rows as they are to be shown now; while paused, as they were. */
  get list(): RowList {
    const { changes, folding, paused } = this.state;
    const shown = this.#filtered;
    const of = [paused ? 0 : this.table.version, paused ? 0 : changes, folding, paused, shown];
    if (!same(this.#list?.of, of)) this.#list = { of, list: listRows(this.table, changes, folding, shown) };
    return this.#list!.list;
  }

  get #filtered(): Shown | undefined {
    const { filter, paused } = this.state;
    const of = [paused ? 0 : this.table.version, filter, this.names];
    if (!same(this.#shown?.of, of)) {
      this.#shown = { of, shown: matchFilter(parseFilter(filter), this.table, this.names) };
    }
    return this.#shown!.shown;
  }

  get names(): Names {
    const { lab, values } = this.state;
    const of = [lab, values];
    if (!same(this.#names?.of, of)) this.#names = { of, names: new Names(lab, values) };
    return this.#names!.names;
  }

  get words(): WordSource {
    const { text, changes } = this.state;
    return { table: this.table, names: this.names, text, changes };
  }

  get selectedRow(): Row | undefined {
    const { selected } = this.state;
    const index = selected === undefined ? undefined : this.list.index.get(selected);
    return index === undefined ? undefined : this.list.rows[index];
  }
}

function same(a: readonly unknown[] | undefined, b: readonly unknown[]): boolean {
  return a !== undefined && a.every((value, index) => value === b[index]);
}
