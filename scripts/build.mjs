// Bundles what is shipped: the command line, the extension, and (as a proof that the core is pure) the core for a browser.
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const { build, context } = await import('esbuild');

const watch = process.argv.includes('--watch');
const node = {
  platform: 'node',
  target: 'node20',
  bundle: true,
  sourcemap: true,
  logLevel: 'warning',
  absWorkingDir: root,
};

const bundles = [
  {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/lb-lab.js',
    format: 'esm',
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  },
  {
    ...node,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.cjs',
    format: 'cjs',
    external: ['vscode'],
  },
];

if (watch) {
  const contexts = await Promise.all(bundles.map((options) => context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  await Promise.all(bundles.map((options) => build(options)));
}
