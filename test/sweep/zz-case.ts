import { readFileSync } from 'node:fs';
import { loadTopology } from '/work/wt/causes/src/lab/topology/load.ts';
import { runOf } from '/work/wt/causes/test/sweep/verdict.ts';
for (const name of process.argv.slice(2)) {
  const text = readFileSync(`/work/wt/causes/test/cases/${name}.lblab.yaml`, 'utf8');
  console.log('==', name);
  console.log(
    loadTopology(text, name)
      .problems.map((p) => JSON.stringify(p))
      .join('\n'),
  );
  const run = runOf(text);
  console.log(
    run?.outcomes.join(),
    JSON.stringify(run?.report.flows.filter((f) => f.kind !== 'arp').map((f) => f.outcome)).slice(0, 400),
  );
  for (const e of run?.report.explanations ?? [])
    console.log('  ', e.code, e.setting, e.flows.join(), '\n      ', e.text);
}
