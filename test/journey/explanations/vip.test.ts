import assert from 'node:assert/strict';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { reportOf } from '../build-report.ts';
import { drTable, Story } from '../oracle.ts';
import { drText, planOf } from '../plans.ts';

const told = (story: Story) =>
  reportOf(story).explanations.map(({ code, setting, frames }) => [code, setting, frames.length]);

describe('two that answer for a VIP', () => {
  const answered = (plan: Plan, node: string) =>
    told(new Story(plan).arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'director', node));

  it('a server that does not hide it: by its setting', () => {
    const open = planOf(drText.replace(/(rs1: .*) gateway/, '$1 hideVip: false, gateway'));
    assert.deepEqual(answered(open, 'rs1'), [['vip-two-answers', 'nodes.rs1.hideVip', 2]]);
    assert.deepEqual(answered(open, 'rs2'), [['vip-two-answers', undefined, 2]]);
  });

  it('who does not have it at all: by no setting', () => {
    assert.deepEqual(answered(planOf(drText), 'rs1'), [['vip-two-answers', undefined, 2]]);
    const bare = planOf(drText.replace(/(rs1: .*) gateway/, '$1 hideVip: false, holdVip: false, gateway'));
    assert.deepEqual(answered(bare, 'rs1'), [['vip-two-answers', undefined, 2]]);
  });
});

describe('a reply with the server’s own address', () => {
  it('is dnat’s alone to be rewritten', () => {
    const both = planOf(
      drText.replace(
        /service: (\{.*\})\n/,
        'services:\n  web: $1\n  mail: { model: dnat, vip: 10.0.2.100, port: 25, servers: [rs1] }\n',
      ),
    );
    const own = drTable().reply.map((leg) => ({ ...leg, source: '10.0.2.11' }));
    const story = new Story(both).talk({ ...drTable(), reply: own }, ['syn', 'syn-ack']);
    assert.deepEqual(told(story), []);
  });
});
