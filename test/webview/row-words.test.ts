import assert from 'node:assert/strict';
import { journeyOutcomes } from '../../src/panel-protocol/records.ts';
import { makeTranslate } from '../support/translate.ts';

describe('the words of a packet’s row', () => {
  for (const locale of ['en', 'zh-cn'] as const)
    it(`there are some for every outcome, in ${locale}`, () => {
      const translate = makeTranslate(locale);
      for (const outcome of journeyOutcomes) {
        if (outcome === 'arrived') continue;
        const key = `panel.packet.${outcome}`;
        assert.notEqual(translate(key), key);
      }
    });
});
