// Bundles what is shipped into dist/, with the notices of whose code it is.
//   node scripts/build.mjs [--minify] [--watch]
import { rmSync, writeFileSync } from 'node:fs';
import { notices, packagesIn } from './notices.mjs';
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const { build, context } = await import('esbuild');
const { bundles } = await import('./bundles.mjs');

const made = bundles({ minify: process.argv.includes('--minify') });
rmSync(`${root}dist/chunks`, { recursive: true, force: true });

if (process.argv.includes('--watch')) {
  const contexts = await Promise.all(made.map((options) => context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  const results = await Promise.all(made.map((options) => build({ ...options, metafile: true })));
  const folders = packagesIn(results.map(({ metafile }) => metafile));
  writeFileSync(`${root}dist/THIRD-PARTY-NOTICES.txt`, notices(folders));
}
