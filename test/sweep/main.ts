import { allMistakes, describeSwept, isAmiss, sweep } from './sweep.ts';
import { mended } from './mend.ts';

/** The whole sweep: `npm run sweep`, or of one example or key, `npm run sweep -- "dr nodes.rs1"`. */
const wanted = process.argv[2] ?? '';
const counts = new Map<string, number>();
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
const mistakes = allMistakes().filter(({ example, key }) => `${example} ${key}`.startsWith(wanted));
let amiss = 0;
for (const mistake of mistakes) {
  const swept = sweep(mistake);
  count(swept.verdict);
  if (swept.exception !== undefined) count('excused');
  if (isAmiss(swept)) {
    amiss++;
    console.log(describeSwept(swept));
  }
  if (swept.verdict !== 'named') continue;
  const after = mended(mistake.text, swept.run!);
  if (after.sound) count('mended');
  else {
    amiss++;
    console.log(`not mended by what the explanations say: ${describeSwept(swept)}\n  then: ${after.why}`);
  }
}
console.log(`${mistakes.length} mistakes: ${[...counts].map(([what, n]) => `${n} ${what}`).join(', ')}`);
process.exitCode = amiss > 0 ? 1 : 0;
