import assert from 'node:assert/strict';
import { codeLenses } from '../../../../src/extension/core/language/code-lenses.ts';
import { folds } from '../../../../src/extension/core/language/folding.ts';
import { outline, type OutlineEntry } from '../../../../src/extension/core/language/outline.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { dnat, dr, nat } from '../../../lab/topology/fixtures.ts';
import { topologyOf } from './cursor.ts';

describe('outline', () => {
  it('is the file as a tree', () => {
    assert.equal(
      listing(dr),
      `model dr (model)
service 10.0.2.100:80 (service)
  rs1 (server)
  rs2 (server)
segments (section)
  outside 10.0.1.0/24 (segment)
  inside 10.0.2.0/24 (segment)
nodes (section)
  client client (node)
    outside 10.0.1.10 (interface)
  router router (node)
    outside 10.0.1.1 (interface)
    inside 10.0.2.1 (interface)
  director director (node)
    inside 10.0.2.2 (interface)
  rs1 server (node)
    inside 10.0.2.11 (interface)
  rs2 server (node)
    inside 10.0.2.12 (interface)
traffic (section)
  client (traffic)`,
    );
  });

  const cases: [name: string, text: string, lines: string][] = [
    [
      'several services',
      'services:\n  web: { vip: 10.0.0.1, port: 80, servers: { a: { weight: 2 } } }\n',
      'services (section)\n  web 10.0.0.1:80 (service)\n    a weight 2 (server)',
    ],
    [
      'a file that is being written',
      'mod\nnodes:\n  a: { role: \n  b\n',
      'mod (section)\nnodes (section)\n  a (node)\n  b (node)',
    ],
    [
      'traffic of everybody',
      'traffic:\n  - { to: web }\n  - \n',
      'traffic (section)\n  * → web (traffic)\n  * (traffic)',
    ],
    ['nothing', '', ''],
  ];
  for (const [name, text, lines] of cases) it(name, () => assert.equal(listing(text), lines));

  it('keeps what is selected within its range', () => {
    const check = ({ range, selection, children }: OutlineEntry): void => {
      assert.ok(selection.start >= range.start && selection.end <= range.end);
      children.forEach(check);
    };
    for (const text of [dr, nat, dnat]) outline(topologyOf(text)).forEach(check);
  });
});

describe('folding', () => {
  const cases: [name: string, text: string, ranges: string][] = [
    ['sections', dr, '1-4 5-7 8-13 14-15'],
    ['nodes over several lines', 'nodes:\n  a:\n    role: x\n    at:\n      b: 1\n  c: {}\n', '0-5 1-4 3-4'],
    ['braces and lists over several lines', 'a: {\n  b: 1\n}\nc:\n  - d: 1\n    e: 2\n', '0-2 3-5 4-5'],
    ['comments', '# a\n# b\nmodel: dr\n# c\n\n  # d\n  # e\n# f\n', '0-1# 5-7#'],
    ['a file that is being written', 'nodes:\n  a: { role:\n  b: [\n    x\nc: 1\n', '0-3 2-3'],
    ['one line', 'model: dr', ''],
  ];
  for (const [name, text, ranges] of cases) {
    it(name, () => {
      const found = folds(topologyOf(text)).map(
        ({ startLine, endLine, isComment }) => `${startLine}-${endLine}${isComment ? '#' : ''}`,
      );
      assert.equal(found.join(' '), ranges);
    });
  }
});

describe('code lenses', () => {
  it('stand on the model and on each entry of the traffic, and nowhere else', () => {
    const text = `${dr}  - { from: client, count: 1 }\n`;
    const found = codeLenses(topologyOf(text)).map(({ range, command, index }) => [
      text.slice(range.start, range.end).slice(0, 14),
      command,
      index,
    ]);
    assert.deepEqual(found, [
      ['model', 'lbLab.start', undefined],
      ['model', 'lbLab.showFlow', undefined],
      ['- { from: clie', 'lbLab.sendEntry', 0],
      ['- { from: clie', 'lbLab.sendEntry', 1],
    ]);
  });

  it('know whether the lab runs, how many flows there are, and whether there is something to apply', () => {
    const live = { flowCount: 13, text: dr, nodeState: () => undefined, serverShare: () => undefined };
    const ids = (now: string) =>
      codeLenses(topologyOf(now), live)
        .filter(({ id }) => id !== 'send-request')
        .map(({ id, params }) => (params ? `${id} ${params.count}` : id));
    assert.deepEqual(ids(dr), ['stop', 'restart', 'running 13']);
    assert.deepEqual(ids(`${dr}# edited\n`), ['stop', 'restart', 'apply', 'running 13']);
  });

  it('have titles in both languages', () => {
    const live = { flowCount: 1, text: '', nodeState: () => undefined, serverShare: () => undefined };
    for (const locale of ['en', 'zh-cn'] as const)
      for (const { id, params } of [...codeLenses(topologyOf(dr)), ...codeLenses(topologyOf(dr), live)])
        assert.doesNotMatch(makeTranslate(locale)(`language.lens.${id}`, params), /^language|\{/);
  });

  it('are none without a model or traffic', () => assert.deepEqual(codeLenses(topologyOf('nodes: {}')), []));
});

function listing(text: string): string {
  const lines = (entries: readonly OutlineEntry[], indent: string): string[] =>
    entries.flatMap(({ name, detail, kind, children }) => [
      `${indent}${[name, detail].filter(Boolean).join(' ')} (${kind})`,
      ...lines(children, `${indent}  `),
    ]);
  return lines(outline(topologyOf(text)), '').join('\n');
}
