import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { makeTranslate } from '../support/translate.ts';

const folder = new URL('../../examples/', import.meta.url);
const namesIn = (path: string): string[] =>
  readdirSync(new URL(path, folder))
    .filter((name) => name.endsWith('.lblab.yaml'))
    .map((name) => name.replace('.lblab.yaml', ''));

describe('samples to begin a topology from', () => {
  for (const locale of ['en', 'zh-cn'] as const) {
    it(`each says what it shows, in ${locale}`, () => {
      const keys = [
        ...namesIn('.').map((name) => `example.${name}`),
        ...namesIn('lessons').map((name) => `lesson.${name}`),
      ];
      assert.ok(keys.length > 15);
      for (const key of keys) assert.notEqual(makeTranslate(locale)(key), key);
    });
  }
});
