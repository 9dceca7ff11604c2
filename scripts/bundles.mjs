// What is shipped and of what it is made: esbuild's options of every bundle in dist/.
// Imports a package: scripts import this file only after `ensureDependencies`.
import { commonJsChunks } from './common-js-chunks.mjs';
import { root } from './setup.mjs';

/**
 * The command line, the extension, its panel, and what runs inside a lab's containers. `outdir` is relative to the project.
 * @param {{ minify?: boolean, outdir?: string }} [options]
 * @returns {import('esbuild').BuildOptions[]}
 */
export function bundles({ minify = false, outdir = 'dist' } = {}) {
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
    outdir,
  };

  return [
    // What is imported on use becomes a chunk of its own, so that a command, or activating, costs no more than it needs.
    {
      ...node,
      entryPoints: { 'lb-lab': 'src/cli/main.ts' },
      outdir,
      format: 'esm',
      splitting: true,
      chunkNames: 'cli/[name]-[hash]',
      // CommonJS packages ask for Node's own modules by `require`.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    },
    commonJsChunks({
      ...node,
      entryPoints: { extension: 'src/extension/extension.ts' },
      outdir,
      chunkNames: 'chunks/[name]-[hash]',
      external: ['vscode'],
    }),
    // What runs inside the containers of a Docker lab. The native modules are in the node image.
    ...['agent', 'forwarder-process', 'decapsulator-process'].map((name) => ({
      ...node,
      target: 'node22',
      sourcemap: false,
      entryPoints: [`src/lab/agent/${name}.ts`],
      outfile: `${outdir}/${name}.cjs`,
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
    // What stands in for the editor in a page with a recording that is sent to somebody.
    { ...browser, entryPoints: { 'shared-page': 'src/shared-page/main.ts' }, format: 'iife' },
    {
      ...browser,
      entryPoints: {
        webview: 'src/webview/styles/panel.css',
        'shared-page': 'src/shared-page/shared-page.css',
        comparison: 'src/webview/styles/comparison.css',
        codicon: 'node_modules/@vscode/codicons/dist/codicon.css',
      },
      loader: { '.ttf': 'file' },
      assetNames: '[name]',
    },
  ];
}
