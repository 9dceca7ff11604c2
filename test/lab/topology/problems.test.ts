import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { makeTranslate } from '../../support/translate.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import { problemCodes } from '../../../src/lab/topology/problem-codes.ts';
import type { Problem } from '../../../src/lab/topology/problem.ts';
import { dnat, dr, fixtures, nat, tun } from './fixtures.ts';

const translate = makeTranslate('en');
const golden = new URL('problems.golden.txt', import.meta.url);

describe('problems of a topology file', () => {
  it('are those of the golden text (UPDATE_GOLDEN=1 writes it anew)', () => {
    const sections = Object.entries(fixtures).map(([name, text]) => `== ${name}\n${listing(text)}\n`);
    const text = sections.join('\n');
    if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, 'utf8'));
  });

  it('are none in a sound lab of each model', () => {
    for (const text of [dr, nat, tun, dnat]) assert.equal(listing(text), '');
  });

  for (const [name, text] of Object.entries(fixtures)) {
    it(`are sorted, localised and where they belong: ${name}`, () => {
      const { problems, plan } = loadTopology(text, 'fixture.lblab.yaml');
      const code = name.split(':')[0];
      // A route to a VIP that lies outside every subnet is the one fixture that shows a problem solved.
      if (!name.endsWith('but for a route')) assert.ok(problems.some((problem) => problem.code === code));
      assert.equal(
        plan === undefined,
        problems.some(({ severity }) => severity === 'error'),
      );
      const starts = problems.map(({ range }) => range.start.offset);
      assert.deepEqual(
        starts,
        [...starts].sort((a, b) => a - b),
      );
      for (const problem of problems) checkTexts(problem);
    });
  }

  it('have a fixture for every code', () => {
    const shown = new Set(Object.keys(fixtures).map((name) => name.split(':')[0]));
    assert.deepEqual(
      Object.keys(problemCodes).filter((code) => !shown.has(code)),
      [],
    );
  });

  it('are gone when their fix is applied', () => {
    for (const [name, text] of Object.entries(fixtures)) {
      const { problems } = loadTopology(text, 'fixture.lblab.yaml');
      for (const { code, fix } of problems) {
        if (!fix) continue;
        const mended = text.slice(0, fix.range.start.offset) + fix.text + text.slice(fix.range.end.offset);
        const left = loadTopology(mended, 'fixture.lblab.yaml').problems;
        assert.ok(left.length < problems.length, `${name}: ${code}`);
      }
    }
  });
});

/** `line:column severity code: message`, and the fix behind an arrow. */
function listing(text: string): string {
  const { problems } = loadTopology(text, 'fixture.lblab.yaml');
  return problems
    .map(({ code, severity, range, params, fix }) => {
      const written = text.slice(range.start.offset, range.end.offset).split('\n')[0];
      const edit = fix ? `\n    => ${fix.kind} ${JSON.stringify(fix.text)}` : '';
      const message = translate(`problem.${code}`, params);
      return `${range.start.line}:${range.start.column} ${severity} ${code} «${written}»\n    ${message}${edit}`;
    })
    .join('\n');
}

function checkTexts({ code, params, range }: Problem): void {
  for (const locale of ['en', 'zh-cn'] as const) {
    for (const key of [`problem.${code}`, `problem.${code}.remedy`]) {
      const text = makeTranslate(locale)(key, params);
      assert.notEqual(text, key);
      assert.doesNotMatch(text, /\{\w+\}/, `${locale} ${key}: a placeholder without a value`);
    }
  }
  assert.ok(range.start.line >= 1 && range.start.column >= 1 && range.end.offset >= range.start.offset);
}
