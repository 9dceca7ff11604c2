import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { samplePath } from '../../../src/extension/core/sample-path.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const samples = ['examples/', 'examples/lessons/'].flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.lblab.yaml'))
    .map((name) => folder + name),
);

const comment = /^ *# (.*)$/;
const linesOf = (text: string) => text.split('\n');
const comments = (text: string) => linesOf(text).filter((line) => comment.test(line));
const settings = (text: string) => linesOf(text).filter((line) => !comment.test(line));

/** Columns of an editor: what Unicode calls wide takes two (UAX #11). */
function columns(line: string): number {
  return [...line].reduce(
    (sum, character) =>
      sum +
      (/[\u{1100}-\u{115f}\u{2e80}-\u{a4cf}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}]/u.test(
        character,
      )
        ? 2
        : 1),
    0,
  );
}

describe('comments of examples and lessons', () => {
  for (const path of samples) {
    for (const locale of ['en', 'zh-cn'] as const) {
      it(`${samplePath(path, locale)}: above what they explain, and of 72 columns at most`, () => {
        const text = read(samplePath(path, locale));
        assert.ok(comments(text).length > 0);
        for (const line of comments(text)) assert.ok(columns(line) <= 72, `${columns(line)}: ${line}`);
        for (const line of settings(text)) assert.doesNotMatch(line, /#/);
        assert.doesNotMatch(text, /[ \t]$/m);
      });
    }

    it(`${path} is the same topology in Chinese, and its comments are Chinese`, () => {
      const chinese = read(samplePath(path, 'zh-cn'));
      assert.deepEqual(settings(chinese), settings(read(path)));
      assert.deepEqual(loadTopology(chinese, path).plan, loadTopology(read(path), path).plan);
      for (const line of comments(chinese).slice(0, 2)) assert.match(line, /[\u4e00-\u9fff]/);
    });
  }

  it('there is no Chinese file that has no English one', () => {
    const chinese = ['examples/zh-cn/', 'examples/zh-cn/lessons/'].flatMap((folder) =>
      readdirSync(new URL(folder, root))
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => folder + name),
    );
    assert.deepEqual(chinese.sort(), samples.map((path) => samplePath(path, 'zh-cn')).sort());
  });
});
