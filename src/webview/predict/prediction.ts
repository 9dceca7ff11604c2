import { noScore, type Guesses, type Mark, type Score } from './score.ts';

/** What the reader has said in this session, and of the step that was asked last how it was. */
export interface Prediction {
  readonly score: Score;
  /** Of the step at hand, by its key. */
  readonly of: string | undefined;
  readonly guesses: Guesses;
  readonly marks: readonly Mark[] | undefined;
}

export const noPrediction: Prediction = { score: noScore, of: undefined, guesses: {}, marks: undefined };
