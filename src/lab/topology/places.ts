import type { Position, Range } from './problem.ts';

/** The keys and list indexes that lead from the top of a file to a value. */
export type Path = readonly (string | number)[];

/** Where everything in a topology file stands. */
export class Places {
  readonly text: string;
  readonly #lineStarts: readonly number[];
  readonly #entries: Entry[] = [];
  readonly #top: Branch = { below: new Map() };

  constructor(text: string) {
    this.text = text;
    this.#lineStarts = lineStartsOf(text);
  }

  /** Keeps the first place of a path: an explicit key comes before a merged one. Offsets into the text. */
  add(path: Path, value: Span, scalar: boolean, key?: Span): void {
    let branch = this.#top;
    for (const part of path) {
      let next = branch.below.get(part);
      if (!next) branch.below.set(part, (next = { below: new Map() }));
      branch = next;
    }
    if (branch.entry) return;
    branch.entry = { path, value, scalar, ...(key && { key }) };
    this.#entries.push(branch.entry);
  }

  /** Whether the file says something at this path, as opposed to a default. */
  has(path: Path): boolean {
    return this.#find(path) !== undefined;
  }

  /** A scalar itself; of a map or list its key; of what is not there, the nearest thing around it. */
  of(path: Path): Range {
    for (let length = path.length; length > 0; length--) {
      const entry = this.#find(path, length);
      if (!entry) continue;
      if (length < path.length) return this.range(entry.key ?? firstOf(entry.value));
      return this.range(entry.scalar ? entry.value : (entry.key ?? entry.value));
    }
    return this.range(this.#firstKey());
  }

  key(path: Path): Range {
    const entry = this.#find(path);
    return entry?.key ? this.range(entry.key) : this.of(path);
  }

  /** The whole value, from its first to its last character. */
  value(path: Path): Range {
    const entry = this.#find(path);
    return entry ? this.range(entry.value) : this.of(path);
  }

  /** The longest path whose key or value holds the offset: what a cursor stands on. Empty at the top level. */
  pathAt(offset: number): Path {
    let found: Path = [];
    let size = Infinity;
    for (const { path, key, value } of this.#entries) {
      const start = Math.min(key?.[0] ?? value[0], value[0]);
      const end = Math.max(key?.[1] ?? value[1], value[1]);
      if (offset < start || offset > end || end - start > size) continue;
      found = path;
      size = end - start;
    }
    return found;
  }

  range([start, end]: Span): Range {
    return { start: this.position(start), end: this.position(Math.max(start, end)) };
  }

  position(offset: number): Position {
    const clamped = Math.min(Math.max(0, offset), this.text.length);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= clamped) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: clamped - this.#lineStarts[low]! + 1, offset: clamped };
  }

  #find(path: Path, length = path.length): Entry | undefined {
    let branch: Branch | undefined = this.#top;
    for (let depth = 0; depth < length && branch; depth++) branch = branch.below.get(path[depth]!);
    return branch?.entry;
  }

  #firstKey(): Span {
    for (const { path, key } of this.#entries) if (path.length === 1 && key) return key;
    return [0, 0];
  }
}

/** Offsets into the text; the end is exclusive. */
export type Span = readonly [start: number, end: number];

interface Entry {
  readonly path: Path;
  readonly key?: Span;
  readonly value: Span;
  readonly scalar: boolean;
}

/** What stands below each key and index. */
interface Branch {
  readonly below: Map<string | number, Branch>;
  entry?: Entry;
}

function firstOf([start]: Span): Span {
  return [start, start + 1];
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
