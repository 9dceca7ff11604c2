import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyChanges, diffPlans } from '../../../src/lab/topology/diff.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { arbitraryPlan } from './arbitrary-plan.ts';
import { dr, edit, nat, tun } from './fixtures.ts';

describe('the difference of two plans', () => {
  it('leads from the first to the second', () => {
    fc.assert(
      fc.property(arbitraryPlan, arbitraryPlan, (before, after) => {
        const copy = structuredClone(before);
        assert.deepEqual(applyChanges(before, diffPlans(before, after)), after);
        assert.deepEqual(before, copy, 'the first plan stays as it is');
      }),
      { numRuns: 300 },
    );
  });

  it('is nothing between equal plans', () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => assert.deepEqual(diffPlans(plan, structuredClone(plan)), [])),
    );
  });

  it('leads from one lab to quite another', () => {
    for (const [before, after] of [
      [dr, tun],
      [tun, nat],
      [nat, dr],
    ] as const) {
      assert.deepEqual(applyChanges(planOf(before), diffPlans(planOf(before), planOf(after))), planOf(after));
    }
  });

  const weighted = edit(dr, ['[rs1, rs2]', '{ rs1: { weight: 1 }, rs2: { weight: 1 } }']);
  const cases: readonly [what: string, before: string, after: string, changes: readonly string[]][] = [
    [
      'a weight',
      weighted,
      edit(weighted, ['weight: 1', 'weight: 3']),
      ['forwarder-changed director', 'services-changed'],
    ],
    ['a scheduler', dr, edit(dr, ['port: 80', 'port: 80\n  scheduler: sh']), ['forwarder-changed director']],
    [
      'onRemove',
      dr,
      edit(dr, ['role: director,', 'role: director, onRemove: reset,']),
      ['forwarder-changed director'],
    ],
    ['a hidden VIP', dr, edit(dr, ['role: server,', 'role: server, hideVip: false,']), ['node-changed rs1']],
    [
      'an interface',
      dr,
      edit(dr, ['inside: 10.0.2.2 }', 'inside: { address: 10.0.2.2, down: true } }']),
      ['node-changed director'],
    ],
    [
      'the order of nodes',
      dr,
      edit(
        dr,
        ['rs1:', 'tmp:'],
        ['rs2:', 'rs1:'],
        ['tmp:', 'rs2:'],
        ['2.11', '2.99'],
        ['2.12', '2.11'],
        ['2.99', '2.12'],
      ),
      ['nodes-reordered'],
    ],
    ['traffic', dr, edit(dr, ['count: 4', 'count: 5']), ['traffic-changed']],
    ['what is expected', dr, `${dr}expect: { broken: [headers] }\n`, ['lab-changed']],
    [
      'a server gone from the list',
      dr,
      edit(dr, ['[rs1, rs2]', '[rs1]']),
      ['forwarder-changed director', 'node-changed rs2', 'services-changed'],
    ],
    ['a segment', dr, edit(dr, ['  inside:', '  spare: 10.9.0.0/24\n  inside:']), ['segment-added spare']],
    ['a comment', dr, `# the same\n${dr}`, []],
  ];
  for (const [what, before, after, expected] of cases) {
    it(`names what a save touches, and no more: ${what}`, () => {
      const changes = diffPlans(planOf(before), planOf(after)).map((change) => {
        const name = 'name' in change ? change.name : 'segment' in change ? change.segment.name : undefined;
        const node =
          'node' in change ? (typeof change.node === 'string' ? change.node : change.node.name) : name;
        return node === undefined ? change.kind : `${change.kind} ${node}`;
      });
      assert.deepEqual(changes.sort(), [...expected].sort());
    });
  }
});

function planOf(text: string): Plan {
  const { plan, problems } = loadTopology(text, 'fixture.lblab.yaml');
  assert.ok(plan, JSON.stringify(problems));
  return plan;
}
