import { readFileSync } from 'node:fs';
import { exceptionFor } from './exceptions.ts';
import { mistakesIn, type Mistake } from './mistakes.ts';
import { runOf, verdictOn, type RunOf, type Verdict } from './verdict.ts';

const EXAMPLES = ['nat', 'dnat', 'dnat-plain', 'dr', 'tun', 'gue'] as const;

export function textOf(example: string): string {
  // GUE is the tun example's other tunnel.
  if (example === 'gue') return textOf('tun').replace('\n  port: 80\n', '\n  port: 80\n  tunnel: gue\n');
  return readFileSync(new URL(`../../examples/${example}.lblab.yaml`, import.meta.url), 'utf8');
}

/** Every single mistake in every example. */
export function allMistakes(): Mistake[] {
  return EXAMPLES.flatMap((name) => mistakesIn(name, textOf(name)));
}

export interface Swept {
  readonly mistake: Mistake;
  readonly verdict: Verdict;
  readonly run: RunOf | undefined;
  /** Why it need not be named, when it is not. */
  readonly exception: string | undefined;
}

/** Runs the file with the mistake, and looks whether what it breaks is explained by it. */
export function sweep(mistake: Mistake): Swept {
  const run = runOf(mistake.text);
  const verdict = verdictOn(mistake.key, run);
  const isTold = verdict === 'sound' || verdict === 'refused' || verdict === 'named';
  return { mistake, verdict, run, exception: isTold ? undefined : exceptionFor(mistake) };
}

/** What is neither told nor excused. */
export function isAmiss({ verdict, exception }: Swept): boolean {
  return (verdict === 'other' || verdict === 'unexplained') && exception === undefined;
}

/** One line: what was put where, what became of it, and what was said. */
export function describeSwept({ mistake, verdict, run }: Swept): string {
  const { example, key, value } = mistake;
  const said = run?.report.explanations.map(({ code, setting }) => `${code} (${setting ?? '-'})`) ?? [];
  const broken =
    run?.report.promises.filter(({ verdict: one }) => one === 'broken').map(({ id }) => id) ?? [];
  const requests = run?.outcomes.join(' ') ?? '';
  return `${verdict}: ${example} ${key} = ${JSON.stringify(value) ?? 'left out'}: ${requests}; ${broken.join(' ')}; ${said.join(', ')}`;
}
