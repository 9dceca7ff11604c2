import { inSlices, type Pause } from './in-slices.ts';
import { Turns } from '../../../lab/turns.ts';

/** A folder of folders of files, wherever the editor keeps them. */
export interface Folder {
  /** The names in the folder, or in one of its folders; none when it is not there. */
  names(folder?: string): Promise<readonly string[]>;
  /** Rejects when it is not there. */
  read(path: string): Promise<Uint8Array>;
  /** Folders are made as needed. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** A folder with all that is in it. Harmless when it is not there. */
  remove(path: string): Promise<void>;
}

export interface ShelfLimits {
  readonly recordings: number;
  readonly bytes: number;
}

/** Of more labs than so nobody takes up a recording. */
const LIMITS: ShelfLimits = { recordings: 12, bytes: 256 << 20 };

/** What is written last of a version: without it the version is not whole. */
interface End {
  readonly parts: number;
  readonly bytes: number;
  readonly savedAtMs: number;
}

/**
 * Recordings on disk, a folder for each lab. A version is a number; its parts are `VERSION.PART`, and `VERSION.end` says
 * how many there are. The version before goes when the next is whole. Past the limits the oldest recordings go.
 */
export class RecordingShelf {
  readonly #folder: Folder;
  readonly #limits: ShelfLimits;
  readonly #now: () => number;
  readonly #pause: Pause | undefined;
  readonly #turns = new Turns();

  constructor(folder: Folder, { limits = LIMITS, now = Date.now, pause }: ShelfOptions = {}) {
    this.#folder = folder;
    this.#limits = limits;
    this.#now = now;
    this.#pause = pause;
  }

  /** Writes the parts as they are made; `undefined` among them is a step without one. */
  save(name: string, parts: Iterable<Uint8Array | undefined>): Promise<void> {
    return this.#turns.next(async () => {
      const before = await this.#folder.names(name);
      const version = Math.max(0, ...before.map(versionOf).filter(Number.isSafeInteger)) + 1;
      let count = 0;
      let bytes = 0;
      await inSlices(
        parts,
        (part) => {
          if (!part) return;
          bytes += part.length;
          return this.#folder.write(`${name}/${version}.${count++}`, part);
        },
        this.#pause,
      );
      const end: End = { parts: count, bytes, savedAtMs: this.#now() };
      await this.#folder.write(`${name}/${version}.end`, new TextEncoder().encode(JSON.stringify(end)));
      for (const old of before) await this.#folder.remove(`${name}/${old}`);
      await this.#tidy(name);
    });
  }

  /** The parts of the newest version that is whole; none when there is none. Rejects when one of them is gone. */
  async *load(name: string): AsyncGenerator<Uint8Array, void> {
    const newest = await this.#newest(name);
    for (let part = 0; newest && part < newest.end.parts; part += 1)
      yield await this.#folder.read(`${name}/${newest.version}.${part}`);
  }

  /** Takes away what is past the limits, the oldest first, and what is no recording of this version. Never `kept`. */
  async #tidy(kept: string): Promise<void> {
    const found: { name: string; end: End | undefined }[] = [];
    for (const name of await this.#folder.names()) found.push({ name, end: (await this.#newest(name))?.end });
    found.sort((a, b) => Number(b.name === kept) - Number(a.name === kept) || savedAt(b) - savedAt(a));
    let recordings = 0;
    let bytes = 0;
    for (const { name, end } of found) {
      recordings += 1;
      bytes += end?.bytes ?? 0;
      const isPast = recordings > this.#limits.recordings || bytes > this.#limits.bytes;
      // Without an end another window may be writing it; a file is what earlier versions of the extension left.
      if (name !== kept && (isPast || name.endsWith('.json'))) await this.#folder.remove(name);
    }
  }

  async #newest(name: string): Promise<{ readonly version: number; readonly end: End } | undefined> {
    const ends = (await this.#folder.names(name)).filter((one) => one.endsWith('.end'));
    const version = Math.max(...ends.map(versionOf).filter(Number.isSafeInteger));
    if (!Number.isSafeInteger(version)) return undefined;
    const text = await this.#folder.read(`${name}/${version}.end`).catch(() => new Uint8Array());
    const end = endOf(new TextDecoder().decode(text));
    return end && { version, end };
  }
}

export interface ShelfOptions {
  readonly limits?: ShelfLimits;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly pause?: Pause;
}

function versionOf(name: string): number {
  return Number.parseInt(name, 10);
}

function savedAt({ end }: { readonly end: End | undefined }): number {
  return end?.savedAtMs ?? 0;
}

function endOf(text: string): End | undefined {
  try {
    const end = JSON.parse(text) as Partial<End> | null;
    const { parts, bytes, savedAtMs } = end ?? {};
    const isWhole = [parts, bytes, savedAtMs].every((one) => Number.isSafeInteger(one) && one! >= 0);
    return isWhole ? (end as End) : undefined;
  } catch {
    return undefined;
  }
}
