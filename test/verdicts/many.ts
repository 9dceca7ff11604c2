import { parseArgs } from 'node:util';
import { trialOf } from './lab-of.ts';
import { faultsOf, verdictOf } from './verdict.ts';

/** `npm run verdicts -- [--runs N] [--seed N]`: the verdict property over so many generated labs, from this number on. */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [runs, first] = [Number(values.runs), Number(values.seed)];
let [green, failed] = [0, 0];
for (let seed = first; seed < first + runs; seed += 1) {
  const verdict = verdictOf(seed);
  if (verdict.saysAll) green += 1;
  const faults = faultsOf(verdict);
  if (faults.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed}: ${faults.join('; ')}\n${trialOf(seed).text}`);
}
console.log(`${runs} labs from seed ${first}: ${green} green, ${runs - green} not, ${failed} wrongly`);
process.exitCode = failed === 0 ? 0 : 1;
