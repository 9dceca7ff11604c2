import type { Memory } from '../labs/remembered-labs.ts';
import { levels, type Cause } from '../../../mystery/faults.ts';
import { isCause } from '../../../mystery/causes.ts';
import { mysteryOf, MOST_SEED, type Mystery, type MysteryId } from '../../../mystery/mystery.ts';
import { lookKinds, MysteryProgress, type LookKind, type MysteryResult } from '../../../mystery/progress.ts';

/** Under this key the workspace remembers mysteries, by the addresses of their files. */
const KEY = 'mysteries';

/** The mysteries of a workspace, one for each file that was made for one. They outlive the window. */
export class Mysteries {
  readonly #store: Memory;
  readonly #now: () => number;
  readonly #byFile = new Map<string, MysteryProgress>();

  /** @param now Milliseconds since 1970. */
  constructor(store: Memory, now: () => number) {
    this.#store = store;
    this.#now = now;
    const kept = store.get(KEY);
    const entries = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
    for (const [uri, result] of entries) {
      if (!isResult(result)) continue;
      this.#byFile.set(uri, new MysteryProgress(mysteryOf(result), now, result));
    }
  }

  /** @param uri The file's address, as text. */
  begin(uri: string, mystery: Mystery): void {
    this.#byFile.set(uri, new MysteryProgress(mystery, this.#now));
    this.#keep();
  }

  of(uri: string): MysteryProgress | undefined {
    return this.#byFile.get(uri);
  }

  look(uri: string, kind: LookKind): void {
    this.#change(uri, (progress) => progress.look(kind));
  }

  /** Whether that is it; undefined where there is no mystery. */
  answer(uri: string, cause: Cause): boolean | undefined {
    return this.#change(uri, (progress) => progress.answer(cause));
  }

  attempted(uri: string, isMended: boolean): void {
    this.#change(uri, (progress) => progress.attempted(isMended));
  }

  giveUp(uri: string): void {
    this.#change(uri, (progress) => progress.giveUp());
  }

  /** For a class: in the order in which they were begun. */
  results(): MysteryResult[] {
    return [...this.#byFile.values()]
      .map(({ result }) => result)
      .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  }

  #change<Answer>(uri: string, change: (progress: MysteryProgress) => Answer): Answer | undefined {
    const progress = this.#byFile.get(uri);
    if (!progress) return undefined;
    const answer = change(progress);
    this.#keep();
    return answer;
  }

  #keep(): void {
    const results = [...this.#byFile].map(([uri, { result }]) => [uri, result] as const);
    void this.#store.update(KEY, Object.fromEntries(results));
  }
}

/** What an earlier window wrote is looked at before it is believed. Without a library: this is read at each start. */
function isResult(value: unknown): value is MysteryResult & MysteryId {
  if (!isRecord(value) || !isRecord(value['looks'])) return false;
  const { level, seed, startedAt, seconds, attempts, answers, outcome, looks } = value;
  return (
    (levels as readonly unknown[]).includes(level) &&
    isCount(seed) &&
    seed <= MOST_SEED &&
    typeof startedAt === 'string' &&
    !Number.isNaN(Date.parse(startedAt)) &&
    typeof seconds === 'number' &&
    isCount(attempts) &&
    lookKinds.every((kind) => isCount(looks[kind])) &&
    Array.isArray(answers) &&
    answers.every((answer) => isRecord(answer) && isCause(String(answer['cause']))) &&
    ['open', 'named', 'mended', 'given-up'].includes(String(outcome))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
