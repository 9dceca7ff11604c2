// Bundles what is shipped: the command line, the extension, and (as a proof that the core is pure) the core for a browser.
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const { build, context } = await import('esbuild');

// What dockerode loads for ways of connecting that LB Lab does not use: its own ssh and BuildKit sessions. Both hold
// binaries or read files beside them, which a bundle does not have.
const leaveOutUnused = {
  name: 'leave-out-unused',
  setup({ onResolve, onLoad }) {
    const namespace = 'unused';
    onResolve({ filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader)$/ }, ({ path }) => ({ path, namespace }));
    onLoad({ filter: /./, namespace }, () => ({ contents: 'module.exports = {};' }));
  },
};

const watch = process.argv.includes('--watch');
const node = {
  platform: 'node',
  target: 'node20',
  bundle: true,
  sourcemap: true,
  logLevel: 'warning',
  absWorkingDir: root,
  plugins: [leaveOutUnused],
};

const browser = {
  platform: 'browser',
  // Chromium of the oldest VS Code we run in.
  target: 'chrome132',
  bundle: true,
  minify: true,
  sourcemap: false,
  logLevel: 'warning',
  absWorkingDir: root,
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
  {
    ...node,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.cjs',
    format: 'cjs',
    external: ['vscode'],
  },
  // The same extension for a browser's extension host, which adds `.js` to a name that lacks it.
  {
    ...browser,
    entryPoints: { 'extension-web': 'src/extension/extension-web.ts' },
    format: 'cjs',
    external: ['vscode'],
  },
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
  // The packet-flow panel: one script, one style sheet, and the icons, which elements load into their own roots.
  {
    ...browser,
    entryPoints: { webview: 'src/webview/main.ts' },
    format: 'iife',
  },
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

if (watch) {
  const contexts = await Promise.all(bundles.map((options) => context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  await Promise.all(bundles.map((options) => build(options)));
}
