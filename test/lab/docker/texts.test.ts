import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './docker-here.ts';

const sources = ['src/lab/docker', 'src/lab/agent']
  .flatMap((folder) =>
    (readdirSync(join(root, folder), { recursive: true }) as string[])
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(root, folder, path), 'utf8')),
  )
  .join('\n');
const texts = JSON.parse(readFileSync(`${root}l10n/docker-lab.en.json`, 'utf8')) as Record<string, string>;

/** Every match's first group, once each. */
const all = (pattern: RegExp) => [...new Set([...sources.matchAll(pattern)].map(([, name]) => name!))];

describe('Docker engine: its texts', () => {
  it('every problem and warning has one, and every one is used', () => {
    const problems = all(/new LabError\(\s*'([\w-]+)'/g).map((code) => `docker.lab.${code}`);
    const warnings = all(/'(docker\.warning\.[\w-]+)'/g);
    const outOfTemplate = ['docker.warning.node-gone', 'docker.warning.node-out-of-memory'];
    const used = new Set([...problems, ...warnings, ...outOfTemplate]);
    assert.ok(problems.length > 10 && warnings.length > 4);
    const written = Object.keys(texts).filter((key) => !key.startsWith('docker.step.'));
    assert.deepEqual([...used].sort(), written.sort());
  });

  it('a problem says what to do: it is more than one sentence', () => {
    for (const [key, text] of Object.entries(texts))
      if (key.startsWith('docker.lab.')) assert.match(text, /[.:;] .*\.$/, key);
  });
});
