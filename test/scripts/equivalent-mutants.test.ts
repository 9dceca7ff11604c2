import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { root } from '../support/lb-lab.ts';

interface Equivalent {
  readonly file: string;
  readonly text: string;
  readonly was: string;
  readonly becomes: string;
  readonly reason: string;
}

describe('the mutants that nobody can see', () => {
  const listed = JSON.parse(
    readFileSync(`${root}scripts/equivalent-mutants.json`, 'utf8'),
  ) as readonly Equivalent[];

  it('are changes of lines that are there, once each, with a reason', () => {
    const linesOf = new Map<string, readonly string[]>();
    const linesIn = (file: string): readonly string[] => {
      const known = linesOf.get(file);
      const lines =
        known ??
        readFileSync(root + file, 'utf8')
          .split('\n')
          .map((line) => line.trim());
      linesOf.set(file, lines);
      return lines;
    };
    const stale = listed.filter(({ file, text }) => !linesIn(file).includes(text));
    assert.deepEqual(stale, []);
    const keys = listed.map(({ file, text, was, becomes }) => JSON.stringify([file, text, was, becomes]));
    assert.deepEqual(
      keys.filter((key, index) => keys.indexOf(key) !== index),
      [],
    );
    for (const { reason } of listed) assert.match(reason, /\w.*\.$/s);
  });
});
