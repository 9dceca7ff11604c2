import { parseArgs } from 'node:util';
import { damages } from './damages.ts';
import { exampleRuns, generatedRun } from './runs.ts';
import { compare, compareWritten, type Compared } from './split-verdict.ts';

/** `npm run split -- [--runs N] [--seed N]`: every example and so many generated labs, from this number on, with all damages. */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [runs, first] = [Number(values.runs), Number(values.seed)];
let failed = 0;
let [packets, known] = [0, 0];
function* labs() {
  yield* exampleRuns();
  for (let seed = first; seed < first + runs; seed++) yield generatedRun(seed);
}
let tried = 0;
for (const { name, plan, events } of labs()) {
  const ways: readonly (readonly [kind: string, run: (seed: number) => Compared])[] = [
    ...Object.entries(damages).map(
      ([kind, damage]) => [kind, (seed: number) => compare(plan, events, damage, seed)] as const,
    ),
    ['written as files', (seed) => compareWritten(plan, events, seed)],
    ...plan.segments.map(
      ({ name: mirrored }) =>
        [
          `written as files, ${mirrored} mirrored`,
          (seed: number) => compareWritten(plan, events, seed, { mirrored }),
        ] as const,
    ),
  ];
  for (const [kind, told] of ways) {
    const damageSeed = first + tried++;
    const compared = told(damageSeed);
    packets += compared.known.live;
    known += compared.known.capture;
    if (compared.faults.length === 0) continue;
    failed++;
    console.log(`${name}, ${kind} (${damageSeed}):\n  ${compared.faults.join('\n  ')}`);
  }
}
const share = ((100 * known) / packets).toFixed(1);
console.log(
  `${tried} recordings: ${failed} of them told wrongly; of ${packets} packets ${share} % have a known end`,
);
process.exitCode = failed === 0 ? 0 : 1;
