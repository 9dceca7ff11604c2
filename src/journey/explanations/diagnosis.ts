import type { Failures, Finding } from './finding.ts';
import type { Symptom } from './symptoms.ts';

/** What a symptom comes from: a finding, and the code of the explanation that tells it. */
export interface Cause extends Finding {
  readonly code: string;
}

/** What shows it: its flow, and its frame where it has one. */
export function shownBy({ flow, hop }: Pick<Symptom, 'flow' | 'hop'>): Pick<Cause, 'flow' | 'hops'> {
  return { flow, hops: hop ? [hop] : [] };
}

/** Asks what a symptom comes from; `undefined` when that is told by another symptom of the same. */
export type Diagnose = (symptom: Symptom, evidence: Failures) => Cause | undefined;
