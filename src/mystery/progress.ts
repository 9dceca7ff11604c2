import type { Cause } from './faults.ts';
import { isRight, type Mystery } from './mystery.ts';

/** What may be opened, each counted when it is. */
export const lookKinds = ['ladder', 'table', 'capture', 'shell'] as const;
export type LookKind = (typeof lookKinds)[number];

/** How a learner fared, for a class: plain JSON, see docs/json.md. */
export interface MysteryResult {
  readonly level: number;
  readonly seed: number;
  /** Where it was hidden: `dr`, `dnat-plain`. */
  readonly lab: string;
  /** ISO time. */
  readonly startedAt: string;
  /** Until it was over; if it is not, until now. */
  readonly seconds: number;
  readonly looks: Readonly<Record<LookKind, number>>;
  /** How many times an edited file was run and lacked something still. */
  readonly attempts: number;
  readonly answers: readonly MysteryAnswer[];
  /** `named`: the cause was said. `mended`: the edited file is sound. */
  readonly outcome: 'open' | 'named' | 'mended' | 'given-up';
  /** Only when it is over. */
  readonly causes?: readonly Cause[];
}

export interface MysteryAnswer {
  readonly cause: Cause;
  readonly right: boolean;
  /** Since the start. */
  readonly seconds: number;
}

/** What it takes to go on after a reload: the result so far, with the mystery it is of. */
export class MysteryProgress {
  readonly mystery: Mystery;
  readonly #now: () => number;
  #result: MysteryResult;

  /** @param now Milliseconds since 1970. */
  constructor(mystery: Mystery, now: () => number, before?: MysteryResult) {
    this.mystery = mystery;
    this.#now = now;
    this.#result = before ?? {
      ...{ level: mystery.level, seed: mystery.seed, lab: mystery.fault.lab },
      startedAt: new Date(now()).toISOString(),
      seconds: 0,
      looks: { ladder: 0, table: 0, capture: 0, shell: 0 },
      attempts: 0,
      answers: [],
      outcome: 'open',
    };
  }

  get isOver(): boolean {
    return this.#result.outcome !== 'open';
  }

  get result(): MysteryResult {
    return this.isOver ? this.#result : { ...this.#result, seconds: this.#seconds() };
  }

  look(kind: LookKind): void {
    if (this.isOver) return;
    const { looks } = this.#result;
    this.#result = { ...this.#result, looks: { ...looks, [kind]: looks[kind] + 1 } };
  }

  /** Whether that is it. */
  answer(cause: Cause): boolean {
    const right = isRight(this.mystery, cause);
    if (this.isOver) return right;
    const answers = [...this.#result.answers, { cause, right, seconds: this.#seconds() }];
    this.#result = { ...this.#result, answers };
    if (right) this.#end('named');
    return right;
  }

  /** An edited file was run. */
  attempted(isMended: boolean): void {
    if (this.isOver) return;
    if (isMended) this.#end('mended');
    else this.#result = { ...this.#result, attempts: this.#result.attempts + 1 };
  }

  giveUp(): void {
    if (!this.isOver) this.#end('given-up');
  }

  #end(outcome: MysteryResult['outcome']): void {
    const { answers } = this.mystery.fault;
    this.#result = { ...this.#result, seconds: this.#seconds(), outcome, causes: answers };
  }

  /** To a tenth: nobody is faster. */
  #seconds(): number {
    const ms = this.#now() - Date.parse(this.#result.startedAt);
    return Math.max(0, Math.round(ms / 100) / 10);
  }
}
