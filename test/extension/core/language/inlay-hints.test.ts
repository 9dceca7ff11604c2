import assert from 'node:assert/strict';
import { inlayHints } from '../../../../src/extension/core/language/inlay-hints.ts';
import type { LiveState } from '../../../../src/extension/core/language/live-lab.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { dnat, dr, nat } from '../../../lab/topology/fixtures.ts';
import { drWith, topologyOf } from './cursor.ts';

const translate = makeTranslate('en');

describe('inlay hints', () => {
  it('tell of each line what it leaves out', () => {
    assert.equal(lineOf(dr, 'service:'), 'service:‹scheduler: rr›');
    assert.equal(lineOf(dr, 'servers:'), '  servers: [rs1‹50 %›, rs2‹50 %›]');
    assert.match(
      lineOf(dr, 'rs1:'),
      /^ {2}rs1: {6}\{ role: server, {3}at: \{ inside: 10\.0\.2\.11‹\/24› \}, {2}gateway: router \}‹02:(\w\w:){4}\w\w›$/,
    );
    assert.match(
      lineOf(dr, 'router:'),
      /10\.0\.1\.1‹\/24›, inside: 10\.0\.2\.1‹\/24› \} \}‹(02[:\w]{15} ?){2}›$/,
    );
    assert.match(lineOf(nat, 'router:'), /nat: outside‹ports: 40000-59999›/);
    assert.equal(lineOf(dr, 'traffic:'), 'traffic:');
    assert.equal(lineOf(dr, 'outside: 10.0.1.0/24'), '  outside: 10.0.1.0/24');
  });

  const cases: [name: string, text: string, line: string, shown: string][] = [
    [
      'a scheduler that is written is not told again',
      drWith('port: 80', 'port: 80\n  scheduler: wrr'),
      'service:',
      'service:',
    ],
    [
      'servers left out',
      drWith('  servers: [rs1, rs2]\n', ''),
      'service:',
      'service:‹scheduler: rr · servers: rs1, rs2›',
    ],
    [
      'weights under wrr',
      weighted('wrr'),
      'rs1: {',
      '  servers: { rs1: { weight: 3 }‹:80 · 75 %›, rs2: { port: 80, weight: 1 }‹25 %› }',
    ],
    [
      'weights that rr does not look at',
      weighted('rr'),
      'rs1: {',
      '  servers: { rs1: { weight: 3 }‹:80 · 50 %›, rs2: { port: 80, weight: 1 }‹50 %› }',
    ],
    [
      'no share where the destination decides',
      weighted('dh'),
      'rs1: {',
      '  servers: { rs1: { weight: 3 }‹:80›, rs2: { port: 80, weight: 1 } }',
    ],
    [
      'a drained server',
      weighted('wrr').replace('weight: 3', 'weight: 0'),
      'rs1: {',
      '  servers: { rs1: { weight: 0 }‹:80 · 0 %›, rs2: { port: 80, weight: 1 }‹100 %› }',
    ],
    [
      'a MAC that is written',
      drWith('inside: 10.0.2.2 }', 'inside: { address: 10.0.2.2, mac: 02:00:00:00:00:02 } }'),
      'director:',
      '  director: { role: director, at: { inside: { address: 10.0.2.2‹/24›, mac: 02:00:00:00:00:02 } },   gateway: router }',
    ],
  ];
  for (const [name, text, line, shown] of cases) {
    it(name, () => assert.equal(lineOf(text, line), shown));
  }

  it('stand behind the address in a node over several lines', () => {
    const text = drWith(
      '  rs1:      { role: server,   at: { inside: 10.0.2.11 },  gateway: router }',
      '  rs1:\n    role: server\n    at:\n      inside: 10.0.2.11\n    gateway: router',
    );
    assert.match(lineOf(text, '10.0.2.11'), /^ {6}inside: 10\.0\.2\.11‹\/24 02[:\w]{15}›$/);
  });

  it('show the shares that a running lab has seen', () => {
    const live: LiveState = {
      flowCount: 0,
      text: dr,
      nodeState: () => 'running',
      serverShare: (_, server) => (server === 'rs1' ? 0.9 : 0.1),
    };
    assert.equal(lineOf(dr, 'servers:', live), '  servers: [rs1‹90 %›, rs2‹10 %›]');
  });

  it('stay while names do not fit together, and go while the file has no shape', () => {
    assert.ok(inlayHints(topologyOf(drWith('[rs1, rs2]', '[rs1, rs9]')), translate).length > 0);
    assert.equal(inlayHints(topologyOf(drWith('port: 80', 'port: [')), translate).length, 0);
  });

  it('are one or two a line', () => {
    const hints = inlayHints(topologyOf(dnat), translate);
    const lines = hints.map(({ offset }) => dnat.slice(0, offset).split('\n').length);
    for (const line of lines) assert.ok(lines.filter((other) => other === line).length <= 3);
  });
});

function weighted(scheduler: string): string {
  return drWith(
    '  servers: [rs1, rs2]',
    `  scheduler: ${scheduler}\n  servers: { rs1: { weight: 3 }, rs2: { port: 80, weight: 1 } }`,
  );
}

/** The first line that holds `part`, with its hints between angle quotes. */
function lineOf(text: string, part: string, live?: LiveState): string {
  const hints = [...inlayHints(topologyOf(text), translate, live)].reverse();
  const marked = hints.reduce(
    (result, { offset, text: hint }) => `${result.slice(0, offset)}‹${hint}›${result.slice(offset)}`,
    text,
  );
  const line = marked.split('\n').find((candidate) => candidate.replace(/‹[^›]*›/g, '').includes(part)) ?? '';
  return line.replaceAll('\u202F', ' ');
}
