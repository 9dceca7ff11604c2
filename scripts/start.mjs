// The main job: the DR example (or the files given) on the embedded engine, printed.
import { run, root } from './setup.mjs';

const status = run(process.execPath, ['scripts/build.mjs']);
if (status !== 0) process.exit(status);
const args = process.argv.slice(2);
process.exit(
  run(process.execPath, [
    `${root}dist/lb-lab.js`,
    'run',
    ...(args.length > 0 ? args : ['examples/dr.lblab.yaml']),
  ]),
);
