import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { makeTranslate } from '../support/translate.ts';
import { visible } from '../../src/l10n/visible.ts';
import { firstUnseen, hostileText, hostileTexts } from '../support/hostile-text.ts';

const folder = new URL('../../l10n/', import.meta.url);
const bundleOf = (name: string) =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, string>;
const lines = (text: string) => text.split('\n').length;

describe('text from elsewhere', () => {
  it('is shown as it would be written in JSON', () => {
    assert.equal(
      visible('a\u001b[2J\n\u0007\u009b\u202e\u{e0041}'),
      String.raw`a\u001b[2J\u000a\u0007\u009b\u202e\udb40\udc41`,
    );
  });

  it('does nothing any more, and is the same JSON', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        assert.equal(firstUnseen(visible(text)), undefined);
        assert.equal(visible(visible(text)), visible(text));
        const json = JSON.stringify({ [text]: text });
        assert.deepEqual(JSON.parse(visible(json)), JSON.parse(json));
      }),
    );
  });

  it('that can be seen stays as it is', () => {
    for (const text of ['plain', '已展示：“x”', 'é ü ñ', '👩‍👩‍👧', 'a b\u00a0c', '↑←→ ✓✗○', 'العربية', 'हिन्दी'])
      assert.equal(visible(text), text);
  });

  for (const locale of ['en', 'zh-cn'] as const)
    it(`${locale}: does nothing in any message`, () => {
      const translate = makeTranslate(locale);
      let messages = 0;
      for (const name of readdirSync(folder).filter((one) => one.endsWith(`.${locale}.json`)))
        for (const [key, template] of Object.entries(bundleOf(name))) {
          const placeholders = [...template.matchAll(/\{(\w+)\}/g)].map(([, one]) => one!);
          for (const hostile of hostileTexts) {
            const params = Object.fromEntries(placeholders.map((one) => [one, hostile]));
            const text = translate(
              key.replace(/\.one$/, ''),
              key.endsWith('.one') ? { ...params, count: 1 } : params,
            );
            assert.equal(lines(text), lines(template), key);
            assert.equal(firstUnseen(text.replaceAll('\n', '')), undefined, key);
            messages += 1;
          }
        }
      assert.ok(messages > 5000, String(messages));
    });

  it('does nothing as a key that has no message, nor as one that objects have', () => {
    const translate = makeTranslate('en');
    assert.equal(translate('reason.\u001b[2J'), String.raw`reason.\u001b[2J`);
    for (const key of ['constructor', '__proto__', 'toString']) assert.equal(translate(key), key);
  });

  it('stands in lines where it is lines', () => {
    const text = makeTranslate('en')('docker.problem.build-failed', { output: ['one', 'two\u001b[2J'] });
    assert.match(text, /^one$/m);
    assert.match(text, /^two\\u001b\[2J$/m);
  });
});
