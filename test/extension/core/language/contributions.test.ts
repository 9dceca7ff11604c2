import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { topologyOf } from './cursor.ts';
import { models } from './models.ts';

const root = new URL('../../../../', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as unknown;

interface Snippet {
  readonly prefix: string;
  readonly description: string;
  readonly body: readonly string[];
}
const snippets = Object.values(read('media/lblab.snippets.json') as Record<string, Snippet>);

interface Manifest {
  readonly contributes: {
    readonly languages: readonly { readonly id: string; readonly configuration: string }[];
    readonly grammars: readonly { readonly language: string; readonly path: string }[];
    readonly snippets: readonly { readonly language: string; readonly path: string }[];
    readonly yamlValidation: readonly { readonly fileMatch: readonly string[]; readonly url: string }[];
    readonly configurationDefaults: Readonly<Record<string, unknown>>;
  };
}
const { contributes } = read('package.json') as Manifest;

describe('what the manifest says of the language', () => {
  it('leads to files that are there', () => {
    const paths = [
      ...contributes.languages.map(({ configuration }) => configuration),
      ...[...contributes.grammars, ...contributes.snippets].map(({ path }) => path),
      ...contributes.yamlValidation.map(({ url }) => url),
    ];
    assert.ok(paths.length >= 4);
    for (const path of paths) assert.ok(existsSync(new URL(path, root)), path);
    for (const { language } of [...contributes.grammars, ...contributes.snippets])
      assert.equal(language, 'lblab');
    assert.deepEqual(contributes.yamlValidation[0]!.fileMatch, ['*.lblab.yaml', '*.lblab.yml']);
    assert.ok('[lblab]' in contributes.configurationDefaults);
  });

  it('takes an address, a MAC and a name for one word each', () => {
    const { wordPattern } = read('media/lblab.language-configuration.json') as { wordPattern: string };
    const words = 'at: { in-side: 10.0.2.11, mac: 02:00:00:00:00:02 } 10.0.2.0/24'.match(
      new RegExp(wordPattern, 'g'),
    );
    assert.deepEqual(words, ['at', 'in-side', '10.0.2.11', 'mac', '02:00:00:00:00:02', '10.0.2.0/24']);
  });
});

describe('snippets', () => {
  for (const model of models) {
    it(`make a whole lab of ${model} without problems`, () => {
      const text = bodyOf(`lab-${model}`);
      const { plan, problems } = topologyOf(text).loaded;
      assert.deepEqual(problems, []);
      assert.equal(plan?.model, model);
      assert.ok(plan.traffic.length > 0);
    });
  }

  for (const role of ['client', 'router', 'director', 'server']) {
    it(`make a ${role}`, () => {
      const text = `model: nat\nsegments:\n  outside: 10.0.1.0/24\n  inside: 10.0.2.0/24\nnodes:\n  ${bodyOf(`lab-node-${role}`)}\n`;
      const { document } = topologyOf(text).loaded;
      assert.equal(Object.values(document?.topology.nodes ?? {})[0]?.role, role);
    });
  }

  for (const part of ['service', 'services', 'traffic', 'expect']) {
    it(`make ${part}`, () => {
      const { document, problems } = topologyOf(
        `${bodyOf('lab-nat')}${bodyOf(`lab-${part}`).replace('traffic:\n', '')}\n`,
      ).loaded;
      assert.ok(document, JSON.stringify(problems[0]));
    });
  }

  it('are told in both languages, each under a prefix of its own', () => {
    assert.equal(new Set(snippets.map(({ prefix }) => prefix)).size, snippets.length);
    for (const { prefix, description } of snippets) {
      assert.match(prefix, /^lab-/);
      assert.match(description, /^[A-Z][^·]* · .*\p{Script=Han}/u);
    }
  });
});

/** As it stands when every stop is left as it is. */
function bodyOf(prefix: string): string {
  const snippet = snippets.find((candidate) => candidate.prefix === prefix);
  assert.ok(snippet, prefix);
  return snippet.body
    .join('\n')
    .replace(/\$\{\d+\|([^,|]*)[^}]*\}/g, '$1')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/\$\d/g, '');
}
