// What the lab says of generated runs against what their clients got: `npm run verdicts -- --runs 1000 --seed 1`.
import { ensureDependencies, root, run } from './setup.mjs';

ensureDependencies();
const script = `${root}test/verdicts/many.ts`;
process.exit(run(process.execPath, ['--import', 'tsx', script, ...process.argv.slice(2)]));
