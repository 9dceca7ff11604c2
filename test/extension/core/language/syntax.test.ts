import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { parseSyntax } from '../../../../src/extension/core/language/syntax/parse.ts';
import type { SyntaxNode } from '../../../../src/extension/core/language/syntax/tree.ts';
import { exampleFiles } from '../../../lab/topology/example-files.ts';
import { dnat, dr, nat, tun } from '../../../lab/topology/fixtures.ts';

describe('the shape of a topology file', () => {
  for (const [name, text] of [
    ...Object.entries({ dr, dnat, nat, tun }),
    ...exampleFiles().map((file) => [file.name, file.text] as const),
  ]) {
    it(`is what yaml reads: ${name}`, () => {
      assert.deepEqual(plain(parseSyntax(text)), scalarsAsText(parse(text)));
    });
  }

  const cases: [name: string, text: string, shape: unknown][] = [
    ['nothing', '', undefined],
    ['only a comment', '# a\n', undefined],
    [
      'a half-typed key among others',
      'model: dr\nserv\nnodes: 1\n',
      { model: 'dr', 'serv?': null, nodes: '1' },
    ],
    ['a key without a value', 'model:\nnodes: 1\n', { model: null, nodes: '1' }],
    [
      'a brace that is not closed ends with its line',
      'nodes:\n  a: { role: \n  b: { role: client, at: { x: 1 }\n  c: { role: x }\ntraffic: 1\n',
      { nodes: { a: { role: null }, b: { role: 'client', at: { x: '1' } }, c: { role: 'x' } }, traffic: '1' },
    ],
    ['a list that is not closed', 'a:\n  b: [1, \nc: 2\n', { a: { b: ['1'] }, c: '2' }],
    [
      'braces over several lines',
      'a: {\n  b: 1,\n  c: [x,\n    y]\n}\nd: 1\n',
      { a: { b: '1', c: ['x', 'y'] }, d: '1' },
    ],
    ['the wrong closing bracket', 'a: { b: [1, 2 }\nc: 3\n', { a: { b: ['1', '2'] }, c: '3' }],
    [
      'a list at the column of its key',
      'a:\n- b: 1\n  c: 2\n-\nd: 3\n',
      { a: [{ b: '1', c: '2' }, null], d: '3' },
    ],
    ['an item whose dash is missing', 'a:\n  - b\n  c\n', { a: ['b', 'c'] }],
    ['keys that are not deep enough', 'a:\n    b: 1\n  c: 2\n', { a: { b: '1', c: '2' } }],
    ['keys below a text', 'a: x\n  b: 1\n', { a: { b: '1' } }],
    ['text over several lines', 'a: |\n  b: 1\n\n  c\nd: 1\n', { a: '|\n  b: 1\n\n  c', d: '1' }],
    ['quotes', `a: "x: #y\\""\n'b''c': d\n`, { a: 'x: #y"', "b'c": 'd' }],
    ['a quote that is not closed', 'a: "x\nb: 1\n', { a: 'x', b: '1' }],
    ['anchors, tags, aliases', 'a: &x !t { b: 1 }\nc: *x\n', { a: { b: '1' }, c: '*x' }],
    ['a document mark', '---\na: 1\n', { a: '1' }],
    [
      'colons and hashes within words',
      'a: 02:00:00:00:00:01\nb: x#y\n',
      { a: '02:00:00:00:00:01', b: 'x#y' },
    ],
    ['carriage returns', 'a:\r\n  b: 1\r\nc: 2\r\n', { a: { b: '1' }, c: '2' }],
  ];
  for (const [name, text, shape] of cases) {
    it(name, () => assert.deepEqual(plain(parseSyntax(text)), shape));
  }

  it('a text that nests without end is read, in less than what a test may take', () => {
    const bombs = ['['.repeat(50_000), '{a: '.repeat(50_000), '- '.repeat(50_000), 'a:\n '.repeat(20_000)];
    for (const text of bombs) assert.ok(parseSyntax(text), text.slice(0, 10));
  });
});

function plain(node: SyntaxNode | undefined): unknown {
  if (!node) return undefined;
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map(({ value }) => plain(value) ?? null);
  return Object.fromEntries(
    node.pairs.map(({ key, hasColon, value }) => [key.text + (hasColon ? '' : '?'), plain(value) ?? null]),
  );
}

function scalarsAsText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scalarsAsText);
  if (typeof value !== 'object' || value === null) return value === null ? null : String(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, scalarsAsText(inner)]));
}
