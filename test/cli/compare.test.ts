import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { compare } from '../../src/cli/compare.ts';
import { padded, widthOf, wrapped } from '../../src/cli/columns.ts';
import type { Comparison } from '../../src/comparison/comparison.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { golden } from '../support/golden.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

const example = (name: string) => `${root}examples/${name}.lblab.yaml`;

describe('lb-lab compare', () => {
  const folder = temporaryFolder();
  after(folder.remove);

  it('dr under three models', async () => {
    const { code, out, err } = await runCommand(compare, [example('dr'), '--models', 'dnat,dr,tun']);
    assert.deepEqual([code, err], [0, '']);
    golden(import.meta.url, 'compare-dr', out);
  });

  it('dnat in Chinese, under the models that are usual', async () => {
    const { code, out } = await runCommand(compare, [example('dnat')], { locale: 'zh-cn' });
    assert.equal(code, 0);
    golden(import.meta.url, 'compare-dnat.zh-cn', out);
  });

  it('exit 1 where a model cannot be, with what check says of it', async () => {
    const { code, out } = await runCommand(compare, [example('tun'), '--models', 'tun,dr,dnat-plain']);
    assert.equal(code, 1);
    golden(import.meta.url, 'compare-tun', out);
  });

  it('several files as they are', async () => {
    const { code, out } = await runCommand(compare, [example('nat'), example('dr')]);
    assert.equal(code, 0);
    assert.match(out, /^GET \/ in 2 labs/);
    assert.match(out, /NAT +DR\n +nat, as it is +dr, as it is/);
    assert.doesNotMatch(out, /made of/);
  });

  it('--values prints addresses, --json what was seen', async () => {
    const json = folder.path('out.json');
    const { out } = await runCommand(compare, [
      example('dr'),
      '--models',
      'dr,tun',
      '--values',
      '--json',
      json,
    ]);
    assert.match(out, /10\.0\.2\.2 → 10\.0\.2\.11\b/);
    assert.doesNotMatch(out, /director → rs1 \[/);
    const { columns, rows, request } = JSON.parse(readFileSync(json, 'utf8')) as Comparison;
    assert.equal(request, 'GET /');
    assert.deepEqual(
      columns.map(({ variant }) => variant),
      ['dr', 'tun'],
    );
    assert.ok(rows.every(({ cells }) => cells.length === 2));
  });

  it('--measure tells what a packet costs of each, against DR', async () => {
    const { out } = await runCommand(compare, [example('dr'), '--models', 'dr,tun', '--measure']);
    assert.match(out, /time per packet, here +1\.0 times that of DR +\d+\.\d times that of DR\n/);
  });

  const bad: [string, string[], RegExp][] = [
    ['no file', [], /no topology file/],
    ['an unknown model', [example('dr'), '--models', 'dr,fullnat'], /‘fullnat’ is no model .*dnat-plain/],
    ['one model', [example('dr'), '--models', 'dr'], /two to four/],
    ['five models', [example('dr'), '--models', 'dr,tun,gue,dnat,dnat-plain'], /two to four/],
    ['a model twice', [example('dr'), '--models', 'dr,tun,dr'], /dr is named twice/],
    ['models of several files', [example('dr'), example('tun'), '--models', 'dr,tun'], /leave out --models/],
    ['five files', Array.from({ length: 5 }, () => example('dr')), /dr\.lblab\.yaml/],
    ['a missing file', ['no-such.lblab.yaml'], /cannot be read/],
  ];
  for (const [name, args, message] of bad)
    it(`${name}: exit 2 and one clear line`, async () => {
      const { code, out, err } = await runCommand(compare, args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
      assert.equal(err.trimEnd().split('\n').length, 1);
    });

  it('a file that has not the shape of one: its errors, exit 2', async () => {
    const file = folder.path('broken.lblab.yaml');
    writeFileSync(file, 'model: dr\nservice: 3\n');
    const { code, err } = await runCommand(compare, [file]);
    assert.equal(code, 2);
    assert.match(err, /broken\.lblab\.yaml:2:\d+: error expected-map/);
  });

  it('one of several files that has an error: the same', async () => {
    const { code, err } = await runCommand(compare, [example('dr'), example('lessons/dr-across-router')]);
    assert.equal(code, 2);
    assert.match(err, /error dr-across-router/);
  });
});

describe('columns of text', () => {
  it('count two cells for a Chinese character', () => {
    assert.deepEqual(['', 'rs1', '服务器', '▼ 已接收', 'a，b'].map(widthOf), [0, 3, 6, 8, 4]);
    assert.equal(widthOf(padded('服务器', 9)), 9);
  });

  it('break at spaces, beside Chinese characters, and within words that are too long', () => {
    assert.deepEqual(wrapped('one two three', 7), ['one two', 'three']);
    assert.deepEqual(wrapped('lo 上配置 VIP', 8), ['lo 上配', '置 VIP']);
    assert.deepEqual(wrapped('abcdefgh ij', 3), ['abc', 'def', 'gh', 'ij']);
    assert.deepEqual(wrapped('', 5), ['']);
  });
});
