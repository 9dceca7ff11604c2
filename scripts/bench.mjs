// Every benchmark in bench/, each in a process of its own; nothing here is a test. `npm run bench -- join` runs one;
// `npm run bench -- forwarder-before --against REVISION` compares the forwarder with that of another revision, and
// `journeys-before` the journeys.
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureDependencies, root, run } from './setup.mjs';

ensureDependencies();
const { build } = await import('esbuild');
const { positionals: wanted, values } = parseArgs({
  options: { against: { type: 'string' } },
  allowPositionals: true,
});
const passed = values.against === undefined ? [] : ['--against', values.against];
const files = readdirSync(`${root}bench`).filter((name) => name.endsWith('.bench.ts'));
const chosen = files.filter((name) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)));
let code = 0;
for (const file of chosen) {
  console.log(`\n── ${file.replace('.bench.ts', '')}`);
  // Bundled as what is shipped is: loaders that transform on the fly add a cost of their own to every call.
  const outfile = `${root}dist/${file.replace('.ts', '.mjs')}`;
  await build({
    entryPoints: [`${root}bench/${file}`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    packages: 'external',
    // They tell by their own address whether they were called from a terminal; it is the same from dist/.
    external: ['../scripts/*'],
  });
  // One that fails is no reason to leave out the others.
  const failed = run(process.execPath, [
    '--expose-gc',
    outfile,
    ...(file.includes('-before.') ? passed : []),
  ]);
  code ||= failed;
}
process.exit(code);
