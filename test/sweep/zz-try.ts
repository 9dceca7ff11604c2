import { allMistakes } from '/work/wt/causes/test/sweep/command.ts';
import { runOf, verdictOn } from '/work/wt/causes/test/sweep/verdict.ts';
const only = process.argv[2];
const t0 = performance.now();
const all = allMistakes().filter((m) => !only || `${m.example} ${m.key}`.includes(only));
const counts: Record<string, number> = {};
for (const m of all) {
  const t = performance.now();
  let run; try { run = runOf(m.text); } catch (e) { console.log('THROWS', m.example, m.key, m.value, e); continue; }
  const v = verdictOn(m.key, run);
  counts[v] = (counts[v] ?? 0) + 1;
  const dt = performance.now() - t;
  if (v === 'other' || v === 'unexplained' || only)
    console.log(v, m.example, m.key, JSON.stringify(m.value), run?.outcomes.join(','), run?.report.promises.filter((p) => p.verdict === 'broken').map((p) => p.id).join(), '|', run?.report.explanations.map((e) => `${e.code}@${e.setting}`).join(' '));
  if (dt > 1000) console.log('SLOW', m.example, m.key, m.value, dt);
}
console.log(counts, all.length, performance.now() - t0);
