// Every single mistake a file can have, put into every example: is it told? `npm run sweep`, `npm run sweep -- "dr nodes.rs1"`.
import { ensureDependencies, root, run } from './setup.mjs';

ensureDependencies();
const script = `${root}test/sweep/main.ts`;
process.exit(run(process.execPath, ['--import', 'tsx', script, ...process.argv.slice(2)]));
