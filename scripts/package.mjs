// One .vsix for every platform, in out/: bundled and minified, with nothing from node_modules. Its path is the last line.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, root, run } from './setup.mjs';

/** Where the package is put together: its manifest is not quite the project's. */
const folder = 'out/package';
const staged = `${root}${folder}/`;
const parts = [
  ...['docs', 'examples', 'media', '.vscodeignore', 'package.nls.json', 'package.nls.zh-cn.json'],
  ...['README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'LICENSE'],
];

/** Builds and packs; resolves to the absolute path of the file. */
export async function packageExtension() {
  ensureDependencies();
  rmSync(staged, { recursive: true, force: true });
  // Not into dist: there, what is not minified is being tried.
  if (run(process.execPath, ['scripts/build.mjs', '--minify', '--outdir', `${folder}/dist`]) !== 0)
    throw new Error('The build failed.');
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const { createVSIX } = await import('@vscode/vsce');
  const packagePath = `${root}out/${manifest.name}-${manifest.version}.vsix`;
  for (const part of parts) cpSync(`${root}${part}`, `${staged}${part}`, { recursive: true });
  // A browser's extension host takes CommonJS only, and believes `type` rather than the file's name.
  for (const key of [
    'type',
    'bin',
    'files',
    'scripts',
    'devDependencies',
    'optionalDependencies',
    'overrides',
  ])
    delete manifest[key];
  writeFileSync(`${staged}package.json`, JSON.stringify(manifest, null, 2));
  await createVSIX({
    cwd: staged,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    // The texts link to each other, and all of them are in the package.
    rewriteRelativeLinks: false,
  });
  return packagePath;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await packageExtension());
