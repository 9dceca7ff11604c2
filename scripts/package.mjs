// One .vsix for every platform, in out/: bundled and minified, with nothing from node_modules. Its path is the last line.
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, root, run } from './setup.mjs';

/** Builds and packs; resolves to the absolute path of the file. */
export async function packageExtension() {
  ensureDependencies();
  if (run(process.execPath, ['scripts/build.mjs', '--minify']) !== 0) throw new Error('The build failed.');
  const { name, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const { createVSIX } = await import('@vscode/vsce');
  const packagePath = `${root}out/${name}-${version}.vsix`;
  mkdirSync(`${root}out`, { recursive: true });
  await createVSIX({
    cwd: root,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    // The texts link to each other, and all of them are in the package.
    rewriteRelativeLinks: false,
  });
  return packagePath;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await packageExtension());
