import assert from 'node:assert/strict';
import { definitionAt, referencesAt } from '../../../../src/extension/core/language/definition.ts';
import { prepareRename, rename } from '../../../../src/extension/core/language/rename.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { dr, nat } from '../../../lab/topology/fixtures.ts';
import { atCursor, cursorLine, drWith, topologyOf, withNode } from './cursor.ts';

describe('go to definition', () => {
  /** The cursor, and the text from the definition on. */
  const cases: [marked: string, target: string | undefined][] = [
    [drWith('gateway: router', 'gateway: rou│ter'), 'router:   { role: router'],
    [drWith('[rs1, rs2]', '[rs1, │rs2]'), 'rs2:      { role: server'],
    [drWith('[rs1, rs2]', '{ rs1: {}, rs2│: {} }'), 'rs2:      { role: server'],
    [drWith('at: { inside: 10.0.2.2 }', 'at: { insi│de: 10.0.2.2 }'), 'inside: 10.0.2.0/24'],
    [nat.replace('nat: outside', 'nat: │outside'), 'outside: 203.0.113.0/24'],
    [drWith('{ from: client', '{ from: clie│nt'), 'client:   { role: client'],
    [drWith('{ from: client', '{ from: [clie│nt]'), 'client:   { role: client'],
    [drWith('count: 4', 'to: rs│1'), 'rs1:      { role'],
    [drWith('count: 4', 'to: serv│ice'), 'service:\n'],
    [drWith('port: 80', 'port: 80\n  director: dir│ector'), 'director: { role'],
    [withNode('  rs3: { routes: { 10.0.1.0/24: rou│ter } }'), 'router:   { role'],
    [withNode('  rs3: { gateway: 10.0.2.│1 }'), '10.0.2.1 } }'],
    [drWith('count: 4', 'to: 10.0.2.│100'), '10.0.2.100\n'],
    [drWith('  rs1:', '  r│s1:'), 'rs1:      { role'],
    [withNode('  rs3: { gateway: gho│st }'), undefined],
    [drWith('port: 80', 'port: 8│0'), undefined],
    [`${dr}events:\n  - { at: 1s, stop: rs│1 }\n`, 'rs1:      { role'],
    [`${dr}events:\n  - { at: 1s, down: rs1.insi│de }\n`, 'inside: 10.0.2.0/24'],
    [`${dr}events:\n  - { at: 1s, down: r│s1.inside }\n`, 'rs1:      { role'],
    [`${dr}events:\n  - { at: 1s, set: service.servers.rs│2.weight, to: 0 }\n`, 'rs2:      { role'],
    [`${dr}events:\n  - { at: 1s, set: "nodes.rs2.at.ins│ide.mtu", to: 900 }\n`, 'inside: 10.0.2.0/24'],
    // In a file that is being written.
    ['nodes:\n  a: { role: router\n  b: { gateway: │a', 'a: { role'],
  ];
  for (const [marked, target] of cases) {
    it(cursorLine(marked), () => {
      const { topology, offset } = atCursor(marked);
      const span = definitionAt(topology, offset);
      if (target === undefined) assert.equal(span, undefined);
      else assert.ok(span && topology.text.slice(span.start).startsWith(target), JSON.stringify(span));
    });
  }
});

describe('references', () => {
  it('are every place that names the thing, and no other of that spelling', () => {
    const lines = (marked: string, withDefinition: boolean) => {
      const { topology, offset } = atCursor(marked);
      return referencesAt(topology, offset, withDefinition).map(
        ({ start }) => topology.text.slice(0, start).split('\n').length,
      );
    };
    assert.deepEqual(lines(drWith('[rs1', '[r│s1'), true), [5, 13]);
    assert.deepEqual(lines(drWith('[rs1', '[r│s1'), false), [5]);
    assert.deepEqual(lines(drWith('  outside:', '  out│side:'), true), [7, 10, 11]);
    assert.deepEqual(lines(drWith('{ from: cl', '{ from: │cl'), true), [10, 16]);
    assert.deepEqual(lines(drWith('role: router', 'role: rou│ter'), true), []);
  });
});

describe('rename', () => {
  const cases: [marked: string, name: string, changed: readonly (readonly [string, string])[]][] = [
    [
      drWith('  rs1:', '  r│s1:'),
      'web1',
      [
        ['[rs1,', '[web1,'],
        ['rs1:      {', 'web1:      {'],
      ],
    ],
    [
      drWith('[rs1,', '[r│s1,'),
      'web1',
      [
        ['[rs1,', '[web1,'],
        ['rs1:      {', 'web1:      {'],
      ],
    ],
    [
      drWith('  outside:', '  outs│ide:'),
      'lan',
      [
        ['  outside:', '  lan:'],
        ['{ outside: 10.0.1.10', '{ lan: 10.0.1.10'],
        ['{ outside: 10.0.1.1,', '{ lan: 10.0.1.1,'],
      ],
    ],
    [
      drWith('{ from: client', '{ from: "cli│ent"'),
      'pc',
      [
        ['  client: ', '  pc: '],
        ['from: "client"', 'from: "pc"'],
      ],
    ],
    [
      nat.replace('nat: outside', 'nat: out│side'),
      'wan',
      [
        ['  outside:', '  wan:'],
        [', outside:', ', wan:'],
        ['nat: outside', 'nat: wan'],
        ['{ outside: 203.0.113.80', '{ wan: 203.0.113.80'],
      ],
    ],
    [
      `${drWith('  rs1:', '  r│s1:')}events:
  - { at: 1s, stop: rs1 }
  - { at: 2s, down: rs1.inside }
  - { at: 2s, set: service.servers.rs1.weight, to: 0 }
`,
      'web1',
      [
        ['[rs1,', '[web1,'],
        ['rs1:      {', 'web1:      {'],
        ['stop: rs1', 'stop: web1'],
        ['rs1.inside', 'web1.inside'],
        ['servers.rs1.weight', 'servers.web1.weight'],
      ],
    ],
    [drWith('  rs1:', '  r│s1:'), 'rs1', []],
  ];
  for (const [marked, name, changed] of cases) {
    it(`${cursorLine(marked)}  →  ${name}`, () => {
      const { topology, offset } = atCursor(marked);
      const result = rename(topology, offset, name);
      assert.ok('edits' in result, JSON.stringify(result));
      const wanted = changed.reduce((text, [find, by]) => {
        assert.ok(text.includes(find), find);
        return text.replace(find, by);
      }, topology.text);
      assert.equal(apply(topology.text, result.edits), wanted);
      if (changed.length > 0) assert.deepEqual(topologyOf(wanted).loaded.problems, topology.loaded.problems);
    });
  }

  const refusals: [marked: string, name: string, code: string][] = [
    [drWith('  rs1:', '  r│s1:'), 'rs2', 'taken'],
    [drWith('  rs1:', '  r│s1:'), 'service', 'taken'],
    [drWith('  inside:', '  in│side:'), 'outside', 'taken'],
    [drWith('  rs1:', '  r│s1:'), '1st', 'bad-name'],
    [drWith('  rs1:', '  r│s1:'), 'a b', 'bad-name'],
    [drWith('  rs1:', '  r│s1:'), 'true', 'bad-name'],
    [drWith('  rs1:', '  r│s1:'), '', 'bad-name'],
    [drWith('service:', 'serv│ice:'), 'web', 'the-service'],
    [withNode('  rs3: { gateway: gho│st }'), 'router2', 'unknown'],
    [withNode('  r│s1: { role: server }'), 'rs4', 'twice'],
    [drWith('role: server', 'role: serv│er'), 'x', 'nothing'],
    ['# no│thing', 'x', 'nothing'],
  ];
  for (const [marked, name, code] of refusals) {
    it(`is refused: ${cursorLine(marked)}  →  ${name} (${code})`, () => {
      const { topology, offset } = atCursor(marked);
      const result = rename(topology, offset, name);
      assert.ok('refused' in result);
      assert.equal(result.refused, `language.rename.${code}`);
      for (const locale of ['en', 'zh-cn'] as const) {
        const text = makeTranslate(locale)(result.refused, result.params);
        assert.notEqual(text, result.refused);
        assert.doesNotMatch(text, /\{/);
      }
    });
  }

  it('says beforehand what would be renamed', () => {
    const { topology, offset } = atCursor(drWith('[rs1,', "['r│s1',"));
    const found = prepareRename(topology, offset);
    assert.ok('name' in found);
    assert.equal(found.name, 'rs1');
    assert.equal(topology.text.slice(found.range.start, found.range.end), 'rs1');
    assert.ok('refused' in prepareRename(topologyOf(dr), 0));
  });
});

function apply(
  text: string,
  edits: readonly { range: { start: number; end: number }; text: string }[],
): string {
  return [...edits]
    .sort((a, b) => b.range.start - a.range.start)
    .reduce(
      (result, edit) => result.slice(0, edit.range.start) + edit.text + result.slice(edit.range.end),
      text,
    );
}
