import type { Cause } from './diagnosis.ts';
import type { Failures, Rule } from './finding.ts';
import { reasonTable } from './reason-table.ts';
import { symptomsOf } from './symptoms.ts';

const known = new WeakMap<Failures, readonly Cause[]>();

function causesOf(evidence: Failures): readonly Cause[] {
  let causes = known.get(evidence);
  if (causes === undefined) {
    causes = symptomsOf(evidence).flatMap((symptom) => {
      const entry = reasonTable[symptom.reason];
      return (entry && 'diagnose' in entry && entry.diagnose(symptom, evidence)) || [];
    });
    known.set(evidence, causes);
  }
  return causes;
}

/** The rule that tells the causes of this code. */
export function caused(code: string): Rule {
  return (evidence) => causesOf(evidence).filter((cause) => cause.code === code);
}

/** The same, for flows that nothing before has explained. */
export function otherwise(rule: Rule): Rule {
  return (evidence, explained) =>
    rule(evidence, explained).filter(({ flow }) => flow === undefined || !explained.has(flow));
}

export function both(one: Rule, other: Rule): Rule {
  return (evidence, explained) => [...one(evidence, explained), ...other(evidence, explained)];
}
