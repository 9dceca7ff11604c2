// Code splitting for CommonJS, which esbuild offers for ES modules only: it splits those, and each piece is then
// rewritten by itself. Modules keep one identity over all pieces, which several bundles would not give.
// Imports a package: scripts import this file only after `ensureDependencies`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { transform } from 'esbuild';

const moduleExtension = /\.js(?=["'])/g;

/** esbuild's options, completed so that every output is a `.cjs` file. Sourcemaps are linked when asked for. */
export function commonJsChunks(options) {
  const { sourcemap, minify, target, plugins = [] } = options;
  const rewriteOutputs = {
    name: 'common-js-chunks',
    setup({ onEnd }) {
      onEnd(async ({ outputFiles = [] }) => {
        await Promise.all(outputFiles.map((file) => rewrite(file, { sourcemap, minify, target })));
      });
    },
  };
  return {
    ...options,
    plugins: [...plugins, rewriteOutputs],
    format: 'esm',
    splitting: true,
    write: false,
    sourcemap: sourcemap ? 'inline' : false,
  };
}

async function rewrite({ path, text }, { sourcemap, minify, target }) {
  const { code, map } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    charset: 'utf8',
    target,
    minify,
    sourcemap: sourcemap ? 'external' : false,
    sourcefile: basename(path),
    // `import()` of a chunk becomes a `require` of it.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
  });
  const file = path.replace(/\.js$/, '.cjs');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, namesOfChunks(code) + (map ? `//# sourceMappingURL=${basename(file)}.map\n` : ''));
  if (map) writeFileSync(`${file}.map`, map);
}

/** In `require` of another piece, the extension that it is written with. */
function namesOfChunks(code) {
  return code.replace(/require\("(\.[^"]+)"\)/g, (call) => call.replace(moduleExtension, '.cjs'));
}
