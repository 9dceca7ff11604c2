import { readFileSync } from 'node:fs';
import { mistakesIn, type Mistake } from './mistakes.ts';
import { runOf, verdictOn, type Verdict } from './verdict.ts';

export const EXAMPLES = ['nat', 'dnat', 'dnat-plain', 'dr', 'tun'] as const;

export function allMistakes(): Mistake[] {
  return EXAMPLES.flatMap((name) =>
    mistakesIn(name, readFileSync(new URL(`../../examples/${name}.lblab.yaml`, import.meta.url), 'utf8')),
  );
}
