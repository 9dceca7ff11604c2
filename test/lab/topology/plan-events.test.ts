import assert from 'node:assert/strict';
import { applyChanges, diffPlans } from '../../../src/lab/topology/diff.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import { planAt } from '../../../src/lab/topology/plan-at.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { dr, edit } from './fixtures.ts';

function planOf(text: string): Plan {
  const { plan, problems } = loadTopology(text, 'dr.lblab.yaml');
  assert.ok(plan, JSON.stringify(problems));
  return plan;
}

const withEvents = (...events: readonly string[]) =>
  planOf(`${dr}events:\n${events.map((event) => `  - { ${event} }\n`).join('')}`);

/** The plan of the file with an edit, as it is to be from then on. */
const edited = (...edits: readonly (readonly [string, string])[]) => planOf(edit(dr, ...edits));

/** A plan without its events: what is there at some time. */
function network({ lab, model, segments, nodes, services, traffic }: Plan): Plan {
  return { lab, model, segments, nodes, services, traffic };
}

describe('the events of a file', () => {
  it('lead to the plan that the file would have had with the edit', () => {
    const cases: [event: string, find: string, replacement: string][] = [
      ['set: service.scheduler, to: sh', 'port: 80', 'port: 80\n  scheduler: sh'],
      ['set: service.servers.rs1.weight, to: 0', '[rs1, rs2]', '{ rs1: { weight: 0 }, rs2: {} }'],
      ['remove: service.servers.rs2', '[rs1, rs2]', '{ rs1: {} }'],
      ['set: service.servers, to: [rs2]', '[rs1, rs2]', '[rs2]'],
      ['down: rs1.inside', '{ inside: 10.0.2.11 }', '{ inside: { address: 10.0.2.11, down: true } }'],
      ['set: nodes.rs1.hideVip, to: false', '10.0.2.11 }, ', '10.0.2.11 }, hideVip: false,'],
      ['set: segments.inside.mtu, to: 1400', '10.0.2.0/24', '{ subnet: 10.0.2.0/24, mtu: 1400 }'],
      ['set: traffic.0.count, to: 7', 'count: 4', 'count: 7'],
    ];
    for (const [event, find, replacement] of cases) {
      const plan = withEvents(`at: 2s, ${event}`);
      assert.deepEqual(network(planAt(plan, 1.999e9)), network(planOf(dr)), event);
      assert.deepEqual(network(planAt(plan, 2e9)), network(edited([find, replacement])), event);
    }
  });

  it('come in the order of their times, those of one time in the order of the file', () => {
    const plan = withEvents(
      'at: 2s, set: service.servers.rs1.weight, to: 3',
      'at: 1s, set: service.servers.rs1.weight, to: 2',
      'at: 2s, set: service.servers.rs1.weight, to: 4',
    );
    const weights = [0, 1, 2].map((second) => planAt(plan, second * 1e9).services[0]!.servers.length);
    assert.deepEqual(weights, [2, 2, 2]);
    assert.deepEqual(
      plan.events!.map(({ atNs, text }) => `${atNs / 1e9} ${text}`),
      [
        '1 service.servers.rs1.weight → 2',
        '2 service.servers.rs1.weight → 3',
        '2 service.servers.rs1.weight → 4',
      ],
    );
    assert.equal(planAt(plan, 2e9).services[0]!.servers[0]!.weight, 4);
  });

  it('stop, pause and start nodes, as part of the plan', () => {
    const plan = withEvents('at: 1s, stop: rs1', 'at: 2s, pause: rs2', 'at: 3s, start: rs1');
    const states = (second: number) =>
      planAt(plan, second * 1e9).nodes.map(({ state }) => state ?? 'running');
    assert.deepEqual(states(0), Array(5).fill('running'));
    assert.deepEqual(states(1), ['running', 'running', 'running', 'stopped', 'running']);
    assert.deepEqual(states(2), ['running', 'running', 'running', 'stopped', 'paused']);
    assert.deepEqual(states(3), ['running', 'running', 'running', 'running', 'paused']);
  });

  it('may change what an earlier one added, and stop it', () => {
    const node = '{ role: server, at: { inside: 10.0.2.13 }, gateway: router }';
    const plan = withEvents(
      `at: 1s, set: nodes.rs3, to: ${node}`,
      'at: 2s, set: service.servers.rs3.weight, to: 5',
      'at: 3s, stop: rs3',
      'at: 4s, remove: service.servers.rs3',
      'at: 5s, remove: nodes.rs3',
    );
    assert.equal(planAt(plan, 1e9).nodes.at(-1)!.name, 'rs3');
    assert.deepEqual(
      planAt(plan, 2e9).services[0]!.servers.map(({ name, weight }) => `${name} ${weight}`),
      ['rs1 1', 'rs2 1', 'rs3 5'],
    );
    assert.equal(planAt(plan, 3e9).nodes.at(-1)!.state, 'stopped');
    assert.deepEqual(network(planAt(plan, 5e9)), network(edited(['[rs1, rs2]', '{ rs1: {}, rs2: {} }'])));
  });

  it('are part of what differs between two plans', () => {
    const [before, after] = [planOf(dr), withEvents('at: 1s, stop: rs1')];
    for (const [a, b] of [
      [before, after],
      [after, before],
    ] as const) {
      assert.deepEqual(
        diffPlans(a, b).map(({ kind }) => kind),
        ['events-changed'],
      );
      assert.deepEqual(applyChanges(a, diffPlans(a, b)), b);
    }
  });
});
