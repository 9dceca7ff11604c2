// Bundles what is shipped into dist/: the command line, the extension, its panel, and what runs inside a lab's containers.
//   node scripts/build.mjs [--minify] [--watch]
import { rmSync } from 'node:fs';
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const { build, context } = await import('esbuild');
const { commonJsChunks } = await import('./common-js-chunks.mjs');

const watch = process.argv.includes('--watch');
const minify = process.argv.includes('--minify');
const always = {
  bundle: true,
  minify,
  sourcemap: !minify,
  logLevel: 'warning',
  absWorkingDir: root,
  // Half of the texts are Chinese: six characters for each of theirs would have to be read at every start.
  charset: 'utf8',
};
const node = { ...always, platform: 'node', target: 'node20' };
// Chromium of the oldest VS Code that we run in. Minified always: a page loads it anew each time it is shown.
const browser = {
  ...always,
  platform: 'browser',
  target: 'chrome132',
  minify: true,
  sourcemap: false,
  outdir: 'dist',
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
  // What is imported on use becomes a chunk of its own, so that activating costs only the entry.
  commonJsChunks({
    ...node,
    entryPoints: { extension: 'src/extension/extension.ts' },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    external: ['vscode'],
  }),
  // What runs inside the containers of a Docker lab. The native modules are in the node image.
  ...['agent', 'forwarder-process', 'decapsulator-process'].map((name) => ({
    ...node,
    target: 'node18',
    sourcemap: false,
    entryPoints: [`src/lab/docker/agent/${name}.ts`],
    outfile: `dist/${name}.cjs`,
    format: 'cjs',
    external: ['cap', 'koffi'],
  })),
  // The same extension for a browser's extension host, which takes one file of CommonJS only.
  {
    ...browser,
    entryPoints: { 'extension-web': 'src/extension/extension-web.ts' },
    format: 'cjs',
    external: ['vscode'],
  },
  // The packet-flow panel: one script, one style sheet, and the icons, which elements load into their own roots.
  { ...browser, entryPoints: { webview: 'src/webview/main.ts' }, format: 'iife' },
  {
    ...browser,
    entryPoints: {
      webview: 'src/webview/styles/panel.css',
      codicon: 'node_modules/@vscode/codicons/dist/codicon.css',
    },
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  },
];

rmSync(`${root}dist/chunks`, { recursive: true, force: true });

if (watch) {
  const contexts = await Promise.all(bundles.map((options) => context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  await Promise.all(bundles.map((options) => build(options)));
}
