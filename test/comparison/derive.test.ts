import assert from 'node:assert/strict';
import fc from 'fast-check';
import { variantNames, type VariantName } from '../../src/models/models.ts';
import { derive } from '../../src/comparison/derive.ts';
import { makePlan } from '../../src/lab/topology/make-plan.ts';
import type { Plan, PlannedNode } from '../../src/lab/topology/plan.ts';
import { diffPlans } from '../../src/lab/topology/diff.ts';
import { soundText, soundTopology } from '../journey/sound-topologies.ts';
import { exampleText } from '../lab/embedded/testbed.ts';
import { compared, derived, documentOf } from './labs.ts';

const told = (example: string, variant: VariantName) =>
  derived(example, variant).changes.map(({ kind, params }) => [kind, params]);

describe('a file under another model', () => {
  it('is the file itself under its own', () => {
    const { isAsWritten, plan, changes } = derived('dr', 'dr');
    assert.equal(isAsWritten, true);
    assert.deepEqual(changes, []);
    assert.deepEqual(plan, makePlan(documentOf(exampleText('dr'), 'dr.lblab.yaml')));
  });

  it('dr → tun: servers take the wrapper off, and it has room', () => {
    assert.deepEqual(told('dr', 'tun'), [
      ['unwraps', { nodes: 'rs1, rs2', tunnel: 'IP in IP' }],
      ['mtu', { nodes: 'inside', mtu: '1520', before: '1500' }],
    ]);
  });

  it('dr → dnat: nobody holds the VIP but the director', () => {
    assert.deepEqual(told('dr', 'dnat'), [['holds-no-vip', { nodes: 'rs1, rs2', vip: '10.0.2.100' }]]);
  });

  it('dnat → dr: a router beside the servers, the VIP on lo, one port', () => {
    assert.deepEqual(told('dnat', 'dr'), [
      ['attached', { nodes: 'router', segment: 'inside', address: '10.0.3.1' }],
      ['holds-vip', { nodes: 'rs1, rs2', vip: '10.0.2.100', ignore: '1', announce: '2' }],
      ['gateway', { nodes: 'rs1, rs2', via: 'router' }],
      ['serves-port', { nodes: 'rs1, rs2', port: '80', before: '8080' }],
    ]);
  });

  it('tun → gue: another wrapper, twelve bytes more', () => {
    assert.deepEqual(told('tun', 'gue'), [
      ['unwraps', { nodes: 'rs1, rs2', tunnel: 'GUE' }],
      ['mtu', { nodes: 'front, east, west', mtu: '1532', before: '1520' }],
    ]);
  });

  it('dnat-plain → dr: replies pass the director no more', () => {
    const gateways = told('dnat-plain', 'dr').filter(([kind]) => kind === 'gateway-instead');
    assert.deepEqual(gateways, [
      ['gateway-instead', { nodes: 'rs1, rs2', via: 'router', before: 'director' }],
    ]);
  });

  it('tun → dr: there is none across a router, and it says why', () => {
    const { plan, problems } = derived('tun', 'dr');
    assert.equal(plan, undefined);
    assert.deepEqual(
      problems.map(({ code, params }) => [code, params['server'], params['segment']]),
      [
        ['dr-across-router', 'rs1', 'east'],
        ['dr-across-router', 'rs2', 'west'],
      ],
    );
  });

  it('what cannot be a lab under its own model can be one under another', () => {
    assert.equal(derived('lessons/dr-across-router', 'dr').plan, undefined);
    assert.deepEqual(told('lessons/dr-across-router', 'tun')[0], [
      'unwraps',
      { nodes: 'rs1, rs2', tunnel: 'IP in IP' },
    ]);
  });

  it('nat and the others have nothing in common to make one of the other', () => {
    assert.deepEqual(
      derived('nat', 'dr').problems.map(({ code }) => code),
      ['missing-service'],
    );
    assert.ok(derived('dr', 'nat').problems.some(({ severity }) => severity === 'error'));
  });

  it('a fault of the file stays what it is', () => {
    const { plan, problems } = derived('lessons/vip-not-hidden', 'tun');
    assert.deepEqual(problems, []);
    const open = plan?.nodes.filter(({ loopback, sysctls }) => loopback.length > 0 && !sysctls.arp_ignore);
    assert.equal(open?.length, 1);
  });

  it('what happens by itself is left out, and what the file means to show', () => {
    for (const variant of ['dr', 'dnat'] as const) {
      const { plan } = derived('lessons/director-down', variant);
      assert.ok(plan);
      assert.equal(plan.events, undefined);
      assert.equal(plan.expect, undefined);
    }
  });

  it('services with a model of their own get the other one too', () => {
    const text = exampleText('dr')
      .replace('model: dr', 'model: dnat')
      .replace('  vip: 10.0.2.100', '  model: dr\n  vip: 10.0.2.100');
    const { plan, isAsWritten } = derive(documentOf(text), 'tun');
    assert.equal(isAsWritten, false);
    assert.deepEqual([plan?.model, plan?.services[0]?.model], ['tun', 'tun']);
  });

  it('an MTU that no interface may have is not written down', () => {
    const text = exampleText('dr').replaceAll(
      /(outside|inside): (10\S+\/24)/g,
      '$1: { subnet: $2, mtu: 9000 }',
    );
    const { plan, problems } = derive(documentOf(text), 'tun');
    assert.ok(plan);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['tunnel-mtu', 'tunnel-mtu'].slice(0, problems.length),
    );
    assert.ok(problems.length > 0);
  });
});

describe('what had to change is told', () => {
  const examples = ['dnat', 'dnat-plain', 'dr', 'tun'];
  for (const example of examples)
    for (const variant of variantNames)
      it(`${example} → ${variant}: of every node and segment`, () => {
        const { plan, changes } = derived(example, variant);
        if (!plan) return;
        const base = makePlan(documentOf(exampleText(example), `${example}.lblab.yaml`));
        const names = new Set(changes.flatMap(({ params }) => params['nodes']!.split(', ')));
        assert.deepEqual(new Set(namesOf(base, plan)), names);
      });
});

/** Nodes and segments that differ in more than what their segment, their model or the traffic says of them. */
function namesOf(before: Plan, after: Plan): string[] {
  const bare = (plan: Plan): Plan => ({
    ...plan,
    nodes: plan.nodes.map((node) => {
      const bareNode: PlannedNode & { forwarder?: unknown } = {
        ...node,
        // Others are learned from the segments that there are.
        routes: node.routes.filter(({ prefixLength }) => prefixLength === 0),
        interfaces: node.interfaces.map((port) => ({ ...port, mtu: 1500 })),
      };
      delete bareNode.forwarder;
      return bareNode;
    }),
  });
  return diffPlans(bare(before), bare(after)).flatMap((change) => {
    if (change.kind === 'node-changed') return [change.node.name];
    return change.kind === 'segment-changed' ? [change.segment.name] : [];
  });
}

describe('sound topologies under other models', () => {
  it('are answered, or it is said what is wrong', () => {
    fc.assert(
      fc.property(soundTopology, fc.constantFrom(...variantNames), (sound, variant) => {
        // What a NAT router does to packets in packets is no mistake of a file: `check` does not know of it.
        fc.pre(!sound.natBehind);
        const { columns } = compared(soundText(sound), variant);
        const { problems, sums } = columns[0]!;
        if (problems.length > 0) return;
        assert.ok(sums);
        assert.equal(sums.outcome, 'answered', JSON.stringify(columns[0]));
      }),
      { numRuns: 60 },
    );
  });
});
