import assert from 'node:assert/strict';
import { diagnose } from '../../../../src/extension/core/language/diagnose.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { dr, fixtures } from '../../../lab/topology/fixtures.ts';
import { drWith, topologyOf, withNode } from './cursor.ts';

describe('problems in words', () => {
  const cases: [text: string, code: string, at: string, says: RegExp][] = [
    [
      drWith('  port: 80', '  prot: 80'),
      'unknown-key',
      'prot',
      /`prot` is not known here\.\nCorrect or remove it/,
    ],
    [drWith('gateway: router', 'gateway: ruoter'), 'unknown-node', 'ruoter', /\n/],
    [drWith('10.0.2.12', '10.0.2.11'), 'duplicate-address', '10.0.2.11', /rs1/],
    [drWith('10.0.2.12', '10.0.9.12'), 'address-outside-segment', '10.0.9.12', /10\.0\.2\.1 - 10\.0\.2\.254/],
    [drWith('model: dr', 'model: ['), 'yaml-unclosed', '', /./],
  ];
  for (const [text, code, at, says] of cases) {
    it(`${code} at «${at}»`, () => {
      const found = diagnose(topologyOf(text), makeTranslate('en')).find((finding) => finding.code === code);
      assert.ok(found, code);
      if (at !== '') assert.equal(text.slice(found.range.start, found.range.end), at);
      assert.match(found.message, says);
      assert.equal(found.severity, 'error');
    });
  }

  it('point to the other place', () => {
    const text = drWith('10.0.2.12', '10.0.2.11');
    const [finding] = diagnose(topologyOf(text), makeTranslate('en'));
    const [other] = finding!.related;
    assert.equal(text.slice(0, other!.range.start).split('\n').length, 13);
    assert.equal(other!.message, '`rs1` is here');
  });

  it('mark what may be removed', () => {
    const text = withNode(
      '  rs3: { role: client, at: { outside: 10.0.1.9 }, gateway: router, hideVip: false }',
    );
    const [finding] = diagnose(topologyOf(text), makeTranslate('en'));
    assert.deepEqual(
      [finding!.code, finding!.severity, finding!.isUnnecessary],
      ['no-effect', 'warning', true],
    );
  });

  it('have words for every problem there is, in both languages', () => {
    for (const locale of ['en', 'zh-cn'] as const) {
      for (const [name, text] of Object.entries(fixtures)) {
        for (const { message, related } of diagnose(topologyOf(text), makeTranslate(locale)))
          assert.doesNotMatch(
            [message, ...related.map((other) => other.message)].join('\n'),
            /^(problem|language)\.|\{\w+\}/m,
            name,
          );
      }
    }
  });

  it('are none in a sound lab', () => assert.deepEqual(diagnose(topologyOf(dr), makeTranslate('en')), []));
});
