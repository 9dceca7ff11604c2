import { matchFilter } from './filter/match-filter.ts';
import { parseFilter } from './filter/parse-filter.ts';
import { HostLink, type HostApi } from './host-link.ts';
import { Names } from './names.ts';
import { firstState, type PanelState } from './panel-state.ts';
import type { Cover } from './predict/cover.ts';
import { CoveredRows } from './predict/covered-rows.ts';
import { RowTable } from './records/row-table.ts';
import type { Rows } from './records/rows.ts';
import type { Row } from './rows/row.ts';
import { Frozen } from './rows/frozen.ts';
import { listRows, type RowList, type Shown } from './rows/row-list.ts';
import type { WordSource } from './rows/row-words.ts';
import { Store } from './store.ts';

/** Times as long as filtering took must pass before it is done again for new rows. */
const FILTER_REST = 8;

const NOTHING_ANSWERED: Cover = new Set();

interface Filtered {
  readonly of: readonly unknown[];
  readonly version: number;
  readonly shown: Shown | undefined;
  readonly atMs: number;
  readonly tookMs: number;
}

/** What every part of the panel shares: the state, the rows, the way to the host. */
export class Panel {
  readonly store: Store<PanelState>;
  /** As the host sent them: for who takes them in. What is shown comes from `table`. */
  readonly records = new RowTable();
  readonly host: HostLink;
  /** Brings a row into view; set by whoever shows the rows. */
  scrollTo: (key: string) => void = () => undefined;
  scrollToEnd: () => void = () => undefined;
  /** A row to go to as soon as it has come. */
  wanted: readonly [flow: number, journey: number | undefined, hop: number | undefined] | undefined;
  /** The last flow that has been in view, or was there when the panel opened. */
  lastSeen = 0;
  /** What there was when the panel opened has not all come yet. */
  isFilling = true;
  /** Rows that have opened themselves since the panel was shown. */
  readonly openedFirst = new Set<string>();
  #list: { readonly of: readonly unknown[]; readonly list: RowList } | undefined;
  #shown: Filtered | undefined;
  #frozen: Frozen | undefined;
  #isFilterDue = false;
  #covered: { readonly of: readonly unknown[]; readonly rows: Rows } | undefined;
  #names: { readonly of: readonly unknown[]; readonly names: Names } | undefined;

  constructor(api: HostApi, schedule: (run: () => void) => void) {
    this.host = new HostLink(api);
    this.store = new Store(firstState, schedule);
  }

  get state(): Readonly<PanelState> {
    return this.store.state;
  }

  /** What may be seen of what forwarders do; all, when undefined. The first run's question covers it until it is answered. */
  get cover(): Cover | undefined {
    const { cover, cards, cardSolved } = this.state;
    const isAsked = !cardSolved && cards[0]?.actions.some(({ kind }) => kind === 'reveal');
    return cover ?? (isAsked ? NOTHING_ANSWERED : undefined);
  }

  /** What may be seen of the records. */
  get table(): Rows {
    const { lab } = this.state;
    const { cover } = this;
    if (!cover) return this.records;
    const of = [cover, lab, this.records.version];
    if (!same(this.#covered?.of, of)) {
      this.#covered = { of, rows: new CoveredRows(this.records, lab?.nodes ?? [], cover) };
    }
    return this.#covered!.rows;
  }

  /** The rows as they are to be shown now; while paused, those there were, however they are unfolded and filtered. */
  get list(): RowList {
    const { folding, paused } = this.state;
    this.#frozen = paused ? (this.#frozen ?? new Frozen(this.table, this.state.changes)) : undefined;
    const { changes } = this.#frozen ?? this.state;
    const shown = this.#filtered;
    const of = [paused ? 0 : this.table.version, changes, folding, paused, shown, this.cover];
    if (!same(this.#list?.of, of)) {
      const list = listRows(
        this.table,
        changes,
        folding,
        this.#frozen?.and(shown) ?? shown,
        shown === undefined,
      );
      this.#list = { of, list };
    }
    return this.#list!.list;
  }

  /** Rows that keep coming are filtered anew only so often that it takes a small share of the time. */
  get #filtered(): Shown | undefined {
    const { filter, paused } = this.state;
    if (filter === '') return undefined;
    const of = [filter, this.names, paused, this.cover];
    const version = paused ? -1 : this.table.version;
    const known = this.#shown;
    if (known && same(known.of, of)) {
      if (known.version === version) return known.shown;
      const restMs = known.tookMs * FILTER_REST - (performance.now() - known.atMs);
      if (restMs > 0) {
        this.#filterAfter(restMs);
        return known.shown;
      }
    }
    const began = performance.now();
    const shown = matchFilter(parseFilter(filter), this.table, this.names);
    const atMs = performance.now();
    this.#shown = { of, version, shown, atMs, tookMs: atMs - began };
    return shown;
  }

  #filterAfter(restMs: number): void {
    if (this.#isFilterDue) return;
    this.#isFilterDue = true;
    setTimeout(() => {
      this.#isFilterDue = false;
      this.store.touch();
    }, restMs);
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
