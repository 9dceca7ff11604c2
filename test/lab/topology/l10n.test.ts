import assert from 'node:assert/strict';
import en from '../../../l10n/topology.en.json' with { type: 'json' };
import zh from '../../../l10n/topology.zh-cn.json' with { type: 'json' };
import { problemCodes } from '../../../src/lab/topology/problem-codes.ts';
import { allSettings } from '../../../src/lab/topology/settings.ts';

const bundles: Readonly<Record<string, Readonly<Record<string, string>>>> = { en, zh };

describe('texts of the topology', () => {
  it('exist in both languages, with the same placeholders', () => {
    assert.deepEqual(Object.keys(zh), Object.keys(en));
    for (const key of Object.keys(en)) {
      assert.deepEqual(placeholders(bundles['zh']![key]!), placeholders(bundles['en']![key]!), key);
    }
  });

  it('are there for every problem and every setting, and for nothing else', () => {
    const expected = [
      ...Object.keys(problemCodes).flatMap((code) => [`problem.${code}`, `problem.${code}.remedy`]),
      ...allSettings().map(({ setting }) => `topology.key.${setting.id}`),
      ...['replace', 'insert'].map((kind) => `fix.${kind}`),
    ];
    assert.deepEqual(Object.keys(en).sort(), expected.sort());
  });

  it('are sentences', () => {
    for (const [key, text] of Object.entries(en))
      if (!key.startsWith('fix.')) assert.match(text, /[.]$/, key);
    for (const [key, text] of Object.entries(zh))
      if (!key.startsWith('fix.')) assert.match(text, /[。]$/, key);
  });
});

/** Each once: a language may need to say a name twice. */
function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
}
