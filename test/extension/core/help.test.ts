import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { helpLink, helpPages, helpPath, isHelpPage } from '../../../src/extension/core/help.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** What a page is made of, whatever its language: headings by their level, tables by their rows, and what is to be typed. */
function shape(page: string) {
  const lines = page.split('\n');
  return {
    headings: lines.flatMap((line) => /^#+(?= )/.exec(line)?.[0] ?? []),
    rows: lines.filter((line) => line.startsWith('|')).length,
    points: lines.filter((line) => line.startsWith('- ')).length,
    fences: lines.filter((line) => line.startsWith('```')).length,
  };
}

/** Names of the file, the JSON and the programs, which no language changes. */
const firstCells = (page: string) =>
  page
    .split('\n')
    .flatMap((line) => /^\| (.*?)(?<!\\) \|/.exec(line)?.[1] ?? [])
    .flatMap((cell) => cell.match(/`[^`]*`/g) ?? []);

describe('help', () => {
  for (const page of helpPages) {
    it(`${page} is there in both languages, and says the same`, () => {
      const english = read(helpPath(page, 'en'));
      const chinese = read(helpPath(page, 'zh-cn'));
      assert.match(chinese.split('\n')[0]!, /^# .*[\u4e00-\u9fff]/);
      assert.deepEqual(shape(chinese), shape(english));
      assert.deepEqual(firstCells(chinese), firstCells(english));
    });
  }

  it('its links are one command with the name of a page', () => {
    for (const page of helpPages)
      assert.equal(decodeURIComponent(helpLink(page)), `command:lbLab.help?["${page}"]`);
  });

  it('opens no page that somebody else names', () => {
    assert.deepEqual(['topology', '../../secret', 'toString', 7, undefined].map(isHelpPage), [
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
