// What is said of recordings of generated runs, split by host and damaged, against the runs: `npm run split -- --runs 1000 --seed 1`.
import { ensureDependencies, root, run } from './setup.mjs';

ensureDependencies();
const script = `${root}test/captures/many.ts`;
process.exit(run(process.execPath, ['--import', 'tsx', script, ...process.argv.slice(2)]));
