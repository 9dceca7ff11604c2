// The licences of the packages whose code is in the bundles: most ask for their text wherever the code goes.
import { readdirSync, readFileSync } from 'node:fs';
import { root } from './setup.mjs';

const licenceFile = /^(licen[cs]e|copying|notice)/i;

/**
 * The folders, relative to the project's, of all packages that esbuild's metafiles name as inputs; sorted.
 * @param {{ inputs: Record<string, unknown> }[]} metafiles
 */
export function packagesIn(metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const folders = inputs.map((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/**
 * One text: packages under the very same words share them. Throws where a package does not say what it allows.
 * @param {string[]} folders
 * @param {{ list?: (folder: string) => string[], read?: (file: string) => string }} [machine]
 */
export function notices(
  folders,
  { list = (folder) => readdirSync(folder), read = (file) => readFileSync(file, 'utf8') } = {},
) {
  const byText = new Map();
  for (const folder of folders) {
    const manifest = JSON.parse(read(`${root}${folder}/package.json`));
    const files = list(`${root}${folder}`)
      .filter((name) => licenceFile.test(name))
      .sort();
    const texts = files.map((name) => read(`${root}${folder}/${name}`).replace(/^\uFEFF/, ''));
    const text = texts.length > 0 ? texts.map(tidy).join('\n\n') : withoutFile(manifest);
    const name = `${manifest.name} ${manifest.version} (${manifest.license})`;
    byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  const parts = [...byText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return ['LB Lab contains parts of these packages, under their licences.\n', ...parts].join(rule);
}

const tidy = (text) => text.replace(/\r\n/g, '\n').replace(/^\n+|\s+$/g, '');

/** Some packages name their licence and bring no text of it. */
function withoutFile({ name, license, author }) {
  const holder = typeof author === 'string' ? author : author?.name;
  if (license !== 'ISC' || holder === undefined)
    throw new Error(`${name} brings no text of its licence (${license}).`);
  return `Copyright (c) ${holder}

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.`;
}
