import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { buildOnce, root } from '../support/lb-lab.ts';

/** The files of the bundle that are read with this one, itself included: what is imported later does not count. */
function readWith(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(`${root}dist/${name}`, 'utf8');
  for (const [, other] of text.matchAll(/^(?:var \w+ = )?require\("\.\/(?:chunks\/)?([^"]+)"\)/gm))
    readWith(`chunks/${other}`, seen);
  return seen;
}

describe('what the extension reads as it is activated', () => {
  before(function () {
    this.timeout(120_000);
    buildOnce();
  });

  it('is no topology, no library for it, and no journey: those come with the first file or lab', () => {
    const sources = [...readWith('extension.cjs')].flatMap(
      (name) =>
        (JSON.parse(readFileSync(`${root}dist/${name}.map`, 'utf8')) as { readonly sources: string[] })
          .sources,
    );
    assert.ok(sources.some((source) => source.endsWith('src/extension/lb-lab.ts')));
    assert.deepEqual(
      sources.filter((source) =>
        /node_modules\/|src\/(journey|forwarder|lab\/embedded|lab\/topology\/(parse|check|load|schema|make-plan))\b/.test(
          source,
        ),
      ),
      [],
    );
  });
});
