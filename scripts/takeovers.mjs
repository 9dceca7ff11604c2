// What the lab says of generated takeovers against what the directors did: `npm run takeovers -- --runs 1000 --seed 1`.
import { ensureDependencies, root, run } from './setup.mjs';

ensureDependencies();
const script = `${root}test/takeovers/many.ts`;
process.exit(run(process.execPath, ['--import', 'tsx', script, ...process.argv.slice(2)]));
