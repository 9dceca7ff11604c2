// Bundles the suite that runs inside the extension host, one file per test file, into out/vscode-host/.
// Imports a package: scripts import this file only after `ensureDependencies`.
import { readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { root } from './setup.mjs';

/** Resolves to the absolute path of the module whose `run` VS Code calls. */
export async function buildHostTests() {
  const from = 'test/vscode/host';
  const outdir = `${root}out/vscode-host`;
  rmSync(outdir, { recursive: true, force: true });
  const tests = readdirSync(`${root}${from}`).filter((name) => name.endsWith('.test.ts'));
  await build({
    entryPoints: ['index.ts', ...tests].map((name) => `${from}/${name}`),
    outdir,
    outExtension: { '.js': '.cjs' },
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return `${outdir}/index.cjs`;
}
