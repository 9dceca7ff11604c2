import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { bundles } from '../../scripts/bundles.mjs';
import { notices } from '../../scripts/notices.mjs';
import { buildOnce, root } from '../support/lb-lab.ts';

/** What may be passed on inside of a bundle when its text goes along. */
const known = ['MIT', 'ISC', 'BSD-3-Clause', 'Apache-2.0', 'CC-BY-4.0'];

describe('the licence notices', () => {
  let text: string;
  const folders = new Set<string>();
  before(async function () {
    this.timeout(120_000);
    buildOnce();
    text = readFileSync(`${root}dist/THIRD-PARTY-NOTICES.txt`, 'utf8');
    // Its plugins write files; what is asked here is only what goes in.
    for (const options of bundles()) {
      const { metafile } = await build({ ...options, plugins: [], write: false, metafile: true });
      for (const path of Object.keys(metafile!.inputs)) {
        const parts = path.split('/');
        const at = parts.lastIndexOf('node_modules') + 1;
        if (at > 0) folders.add(parts.slice(0, at + (parts[at]!.startsWith('@') ? 2 : 1)).join('/'));
      }
    }
  });

  it('name every package of which a file is in a bundle, and give its licence', () => {
    assert.ok(folders.has('node_modules/zod') && folders.has('node_modules/tar-fs/node_modules/tar-stream'));
    for (const folder of folders) {
      const manifest = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8')) as Record<
        string,
        string
      >;
      const { name, version, license } = manifest;
      assert.ok(known.includes(license!), `${name}: ${license}`);
      assert.ok(text.includes(`\n${name} ${version} (${license})\n`), folder);
      const files = readdirSync(`${root}${folder}`).filter((file) => /^(licen[cs]e|notice)/i.test(file));
      for (const file of files) {
        const words = readFileSync(`${root}${folder}/${file}`, 'utf8')
          .replace('\uFEFF', '')
          .replace(/\r/g, '');
        assert.ok(text.includes(words.trim()), `${folder}/${file}`);
      }
      if (files.length === 0) assert.match(text, new RegExp(`${name} .*\\n\\nCopyright \\(c\\) `));
    }
  });

  it('name no other package', () => {
    const named = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+\S* \([\w.-]+\)$/gm)].map(([, name]) => name!);
    assert.equal(named.length, folders.size);
  });

  it('cannot be made where a package does not say what it allows', () => {
    const machine = (manifest: object) => ({
      list: () => ['package.json', 'index.js'],
      read: () => JSON.stringify({ name: 'a', version: '1.0.0', ...manifest }),
    });
    assert.throws(() => notices(['node_modules/a'], machine({})), /a brings no text of its licence/);
    assert.throws(() => notices(['node_modules/a'], machine({ license: 'ISC' })), /a brings no text/);
    assert.throws(() => notices(['node_modules/a'], machine({ license: 'MIT', author: 'B' })), /no text/);
    const made = notices(['node_modules/a'], machine({ license: 'ISC', author: { name: 'B' } }));
    assert.match(made, /\na 1\.0\.0 \(ISC\)\n\nCopyright \(c\) B\n/);
  });
});
