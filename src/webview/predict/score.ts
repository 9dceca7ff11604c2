import type { AskedField, Guess, StepField } from '../../panel-protocol/predict.ts';

/** What the reader says of each field; one that is left out stays `unchanged`. */
export type Guesses = Readonly<Partial<Record<AskedField, Guess>>>;

/** Of a session, as long as Predict is on. */
export interface Score {
  readonly fields: number;
  readonly right: number;
  readonly steps: number;
  /** Steps without a miss. */
  readonly whole: number;
}

export const noScore: Score = { fields: 0, right: 0, steps: 0, whole: 0 };

export interface Mark extends StepField {
  readonly guess: Guess;
  readonly isRight: boolean;
}

export function marksOf(fields: readonly StepField[], guesses: Guesses): readonly Mark[] {
  return fields.map((field) => {
    const guess = guesses[field.field] ?? 'unchanged';
    return { ...field, guess, isRight: field.right.includes(guess) };
  });
}

export function rightIn(marks: readonly Mark[]): number {
  return marks.filter(({ isRight }) => isRight).length;
}

export function scored(score: Score, marks: readonly Mark[]): Score {
  const right = rightIn(marks);
  return {
    fields: score.fields + marks.length,
    right: score.right + right,
    steps: score.steps + 1,
    whole: score.whole + (right === marks.length ? 1 : 0),
  };
}
