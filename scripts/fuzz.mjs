// The forwarder against hostile frames and against the Linux kernel: `npm run fuzz -- --minutes 30`.
import { ensureDependencies, root, run } from './setup.mjs';

ensureDependencies();
const script = `${root}test/forwarder/fuzz.ts`;
process.exit(run(process.execPath, ['--import', 'tsx', script, ...process.argv.slice(2)]));
