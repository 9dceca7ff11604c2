import assert from 'node:assert/strict';
import { allSettings } from '../../../../src/lab/topology/settings.ts';
import { exampleFiles } from '../../../lab/topology/example-files.ts';
import { grammar, rulesOf, tokenize } from './tokenize.ts';

const KEY = 'entity.name.tag';
const SECTION = 'keyword.control.section';
const NAME = 'variable.other.name';
const ADDRESS = 'constant.numeric.address';
const COLON = 'punctuation.separator.key-value.mapping';

describe('highlighting', () => {
  /** A line, and what stands out in it: words without punctuation and plain text. */
  const cases: [line: string, tokens: [string, string][]][] = [
    [
      'model: dr',
      [
        ['model', SECTION],
        ['dr', 'constant.language.model'],
      ],
    ],
    [
      'model: dr   # why',
      [
        ['model', SECTION],
        ['dr', 'constant.language.model'],
        ['# why', 'comment.line.number-sign'],
      ],
    ],
    ['nodes:', [['nodes', SECTION]]],
    [
      '  model: tun',
      [
        ['model', KEY],
        ['tun', 'constant.language.model'],
      ],
    ],
    [
      '  scheduler: wrr',
      [
        ['scheduler', KEY],
        ['wrr', 'constant.language.scheduler'],
      ],
    ],
    [
      '  vip: 10.0.2.100',
      [
        ['vip', KEY],
        ['10.0.2.100', ADDRESS],
      ],
    ],
    [
      '  inside: 10.0.2.0/24',
      [
        ['inside', NAME],
        ['10.0.2.0', ADDRESS],
        ['24', 'constant.numeric.prefix'],
      ],
    ],
    [
      '  port: 80',
      [
        ['port', KEY],
        ['80', 'constant.numeric'],
      ],
    ],
    [
      '    ports: 40000-40999',
      [
        ['ports', KEY],
        ['40000', 'constant.numeric.port'],
        ['-', 'keyword.operator.range'],
        ['40999', 'constant.numeric.port'],
      ],
    ],
    [
      '  rs1: { role: server, at: { inside: 10.0.2.11 }, gateway: router }',
      [
        ['rs1', NAME],
        ['role', KEY],
        ['server', 'storage.type.role'],
        ['at', KEY],
        ['inside', NAME],
        ['10.0.2.11', ADDRESS],
        ['gateway', KEY],
      ],
    ],
    [
      '    mac: 02:00:00:00:00:02',
      [
        ['mac', KEY],
        ['02:00:00:00:00:02', 'constant.other.mac'],
      ],
    ],
    [
      '  - { from: c, every: 500ms, loss: 5%, upload: 100KB }',
      [
        ['from', KEY],
        ['every', KEY],
        ['500', 'constant.numeric.quantity'],
        ['ms', 'keyword.other.unit'],
        ['loss', KEY],
        ['5', 'constant.numeric.quantity'],
        ['%', 'keyword.other.unit'],
        ['upload', KEY],
        ['100', 'constant.numeric.quantity'],
        ['KB', 'keyword.other.unit'],
      ],
    ],
    [
      '  request: GET /hello',
      [
        ['request', KEY],
        ['GET', 'keyword.operator.method'],
        ['/hello', 'string.unquoted.path'],
      ],
    ],
    [
      '  hideVip: false',
      [
        ['hideVip', KEY],
        ['false', 'constant.language.boolean'],
      ],
    ],
    [
      '  down: "no # c"',
      [
        ['down', KEY],
        ['"no # c"', 'string.quoted.double'],
      ],
    ],
    [
      '  rs2: &x { <<: *y }',
      [
        ['rs2', NAME],
        ['&', 'keyword.control.anchor'],
        ['x', 'variable.other.anchor'],
        ['<<', NAME],
        ['*', 'keyword.control.anchor'],
        ['y', 'variable.other.anchor'],
      ],
    ],
    ['# model: dr', [['# model: dr', 'comment.line.number-sign']]],
    ['---', [['---', 'entity.other.document.begin']]],
  ];
  for (const [line, tokens] of cases) {
    it(line, () => {
      const plain = [COLON, 'string.unquoted'];
      const shown = tokenize(line).filter(
        ([, scope]) => !plain.includes(scope) && (!scope.startsWith('punctuation.') || scope === ADDRESS),
      );
      assert.deepEqual(shown, tokens);
    });
  }

  it('knows every key of the schema', () => {
    for (const { setting } of allSettings()) {
      const key = setting.id.split('.').at(-1)!;
      const isTop = !setting.id.includes('.');
      const [first] = tokenize(isTop ? `${key}:` : `  ${key}: x`);
      assert.deepEqual(first, [key, isTop ? SECTION : KEY], setting.id);
    }
  });

  it('leaves nothing of the examples without a scope but blanks', () => {
    for (const { name, text } of exampleFiles()) {
      for (const line of text.split('\n')) {
        const parts = tokenize(line).map(([part]) => part);
        const taken = parts
          .sort((a, b) => b.length - a.length)
          .reduce((left, part) => left.replace(part, ''), line);
        assert.equal(taken.trim(), '', `${name}: ${line}`);
      }
    }
  });

  it('is a grammar whose parts all exist, and whose scopes are its own', () => {
    assert.equal(grammar.scopeName, 'source.lblab');
    const all = Object.values(grammar.repository).flatMap((rule) => rulesOf([rule]));
    for (const { name, captures = {} } of [...all, ...rulesOf(grammar.patterns ?? [])]) {
      for (const scope of [name, ...Object.values(captures).map((capture) => capture.name)])
        if (scope !== undefined) assert.match(scope, /^[a-z.-]+\.lblab$/);
    }
  });
});
