import assert from 'node:assert/strict';
import { quickFixes, type QuickFix } from '../../../../src/extension/core/language/fixes/quick-fixes.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { fixtures, tun } from '../../../lab/topology/fixtures.ts';
import { drWith, topologyOf, withNode } from './cursor.ts';

/** A file, the title of a fix it offers, and what stands in the file afterwards. */
const cases: [text: string, title: string, after: string][] = [
  [drWith('gateway: router', 'gateway: ruoter'), 'Write `router`', 'outside: 10.0.1.10 }, gateway: router }'],
  [drWith('  port: 80', '  prot: 80'), 'Write `port`', '  port: 80\n'],
  [drWith('  port: 80', '  port: 80\n  speed: 9   # fast'), 'Remove `speed`', '  port: 80\n  servers'],
  [
    withNode('  rs3: { role: server, speed: 9, at: { inside: 10.0.2.13 }, gateway: router }'),
    'Remove `speed`',
    '{ role: server, at: {',
  ],
  [
    withNode('  rs3: { role: server, at: { inside: 10.0.2.13 }, speed: 9 }'),
    'Remove `speed`',
    'at: { inside: 10.0.2.13 } }',
  ],
  [withNode('  rs3: { speed: 9 }'), 'Remove `speed`', 'rs3: { }'],
  [
    drWith('10.0.2.12', '10.0.2.11'),
    'Use the free address 10.0.2.12',
    'rs2:      { role: server,   at: { inside: 10.0.2.12 }',
  ],
  [drWith('10.0.2.12', '10.0.9.12'), 'Use the free address 10.0.2.12', 'at: { inside: 10.0.2.12 }'],
  [drWith('10.0.2.12', '10.0.2.255'), 'Use the free address 10.0.2.12', 'at: { inside: 10.0.2.12 }'],
  [drWith('vip: 10.0.2.100', 'vip: 10.0.2.11'), 'Use the free address 10.0.2.100', 'vip: 10.0.2.100'],
  [tun.replace('model: tun', 'model: dr'), 'Use the model `tun`', 'model: tun'],
  [drWith('[rs1, rs2]', '{ rs1: { port: 8080 }, rs2: {} }'), 'Use the model `dnat`', 'model: dnat'],
  [drWith('[rs1, rs2]', '{ rs1: { port: 8080 }, rs2: {} }'), 'Write `80`', 'rs1: { port: 80 }'],
  [
    drWith('service:\n  vip: 10.0.2.100\n  port: 80\n  servers: [rs1, rs2]\n', ''),
    'Add `service`',
    'model: dr\n\nservice:\n  vip: 10.0.2.100\n  port: 80\nsegments:',
  ],
  [drWith('  port: 80\n', ''), 'Add `port: 80`', 'service:\n  port: 80\n  vip:'],
  [drWith('role: server,   ', ''), 'Add `role: server`', 'rs1:      { role: server, at:'],
  [drWith('  vip: 10.0.2.100\n', ''), 'Add `vip: 10.0.2.100`', 'service:\n  vip: 10.0.2.100\n  port'],
  [
    withNode('').replace('model: dr', 'model: dnat').replace('port: 80', 'port: 80\n  snat: false'),
    'Let the director rewrite the source too (remove `snat`)',
    '  port: 80\n  servers',
  ],
  [
    drWith('inside: 10.0.2.11 },  gateway: router', 'inside: 10.0.2.11 },  gateway: router, hideVip: false'),
    'Write `true`',
    'hideVip: true',
  ],
  [
    drWith('at: { inside: 10.0.2.11 },  gateway: router', 'at: { inside: 10.0.2.11 }'),
    'Insert `gateway: router`',
    '10.0.2.11 }, gateway: router }',
  ],
  [drWith('nodes:', '  spare: 10.0.9.0/24\nnodes:'), 'Remove `spare`', '10.0.2.0/24\nnodes:'],
];

describe('quick fixes', () => {
  for (const [text, title, after] of cases) {
    it(`${title}  →  ${JSON.stringify(after)}`, () => {
      const fixes = allFixes(text);
      const fix = fixes.find((candidate) => candidate.title === title);
      assert.ok(fix, fixes.map((candidate) => candidate.title).join('; '));
      const mended = apply(text, fix);
      assert.ok(mended.includes(after), mended);
      const left = topologyOf(mended).loaded.problems;
      assert.ok(left.length < topologyOf(text).loaded.problems.length, left.map(({ code }) => code).join());
    });
  }

  it('are offered for the problem that the cursor is at', () => {
    const text = drWith('gateway: router', 'gateway: ruoter');
    const topology = topologyOf(text);
    const at = text.indexOf('ruoter') + 2;
    assert.equal(quickFixes(topology, { start: at, end: at }, makeTranslate('en')).length, 1);
    assert.equal(quickFixes(topology, { start: 0, end: 1 }, makeTranslate('en')).length, 0);
  });

  it('prefer the one that the checker thought of', () => {
    for (const { problem, isPreferred, edits } of allFixes(
      drWith('[rs1, rs2]', '{ rs1: { port: 8080 }, rs2: {} }'),
    ))
      assert.equal(isPreferred, problem.fix?.text === edits[0]!.text);
  });

  for (const [name, text] of Object.entries(fixtures)) {
    it(`remove a problem and speak both languages: ${name}`, () => {
      const before = topologyOf(text).loaded.problems;
      for (const fix of allFixes(text)) {
        const { problems } = topologyOf(apply(text, fix)).loaded;
        const isLeft = problems.some(
          ({ code, params }) =>
            code === fix.problem.code && JSON.stringify(params) === JSON.stringify(fix.problem.params),
        );
        // With the first error gone, warnings are looked for.
        const isWorse =
          problems.length >= before.length && problems.some(({ severity }) => severity === 'error');
        assert.ok(!isLeft && !isWorse, `${fix.title}: ${problems.map(({ code }) => code).join()}`);
      }
      for (const { title } of allFixes(text, 'zh-cn')) assert.match(title, /\p{Script=Han}/u);
    });
  }
});

function allFixes(text: string, locale: 'en' | 'zh-cn' = 'en'): QuickFix[] {
  return quickFixes(topologyOf(text), { start: 0, end: text.length }, makeTranslate(locale));
}

function apply(text: string, { edits }: QuickFix): string {
  return [...edits]
    .sort((a, b) => b.range.start - a.range.start)
    .reduce(
      (result, edit) => result.slice(0, edit.range.start) + edit.text + result.slice(edit.range.end),
      text,
    );
}
