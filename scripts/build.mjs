// Bundles what is shipped into dist/, with the notices of whose code it is.
//   node scripts/build.mjs [--minify] [--watch] [--outdir FOLDER]
import { rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { notices, packagesIn } from './notices.mjs';
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const { build, context } = await import('esbuild');
const { bundles } = await import('./bundles.mjs');

const { minify, watch, outdir } = parseArgs({
  options: {
    minify: { type: 'boolean' },
    watch: { type: 'boolean' },
    outdir: { type: 'string', default: 'dist' },
  },
}).values;
const made = bundles({ minify, outdir });
for (const folder of ['chunks', 'cli'])
  rmSync(`${root}${outdir}/${folder}`, { recursive: true, force: true });

if (watch) {
  const contexts = await Promise.all(made.map((options) => context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  const results = await Promise.all(made.map((options) => build({ ...options, metafile: true })));
  const folders = packagesIn(results.map(({ metafile }) => metafile));
  writeFileSync(`${root}${outdir}/THIRD-PARTY-NOTICES.txt`, notices(folders));
}
