import { parseArgs } from 'node:util';
import { faultsOf } from './judge.ts';

/** `npm run takeovers -- [--runs N] [--seed N]`: the fault property over so many generated labs, from this number on. */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [runs, first] = [Number(values.runs), Number(values.seed)];
let [failed, red] = [0, 0];
for (let seed = first; seed < first + runs; seed += 1) {
  const { trial, faults, red: here } = faultsOf(seed);
  if (here > 0) red += 1;
  if (faults.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed}: ${faults.join('; ')}\n${trial.text}`);
}
console.log(`${runs} labs from seed ${first}: ${red} in which something was wrong, ${failed} told wrongly`);
process.exitCode = failed === 0 ? 0 : 1;
