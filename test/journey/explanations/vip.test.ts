import assert from 'node:assert/strict';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { reportOf } from '../build-report.ts';
import { drTable, Story, type Leg, type Table } from '../oracle.ts';
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
  const text = drText.replace('model: dr', 'model: dnat').replace('port: 80,', 'port: 80, snat: false,');
  const others = text.replace(
    '  router:',
    `  second: { role: client, at: { outside: 10.0.1.11 }, gateway: router }
  near:   { role: client, at: { inside: 10.0.2.50 }, gateway: router }
  beside: { role: client, at: { inside: 10.0.2.51 }, gateway: router }
  router:`,
  );
  /** What the client asks, and the way of the answer, which bears the server's address. */
  const asked = (client: string, address: string, port: number): Table => {
    const own = { ...drTable('rs1', port), reply: drTable('rs1', port).reply };
    const from = (leg: Leg): Leg => ({ ...leg, from: leg.from.replace('client', client), source: address });
    const back = (leg: Leg): Leg => ({
      ...leg,
      to: leg.to.replace('client', client),
      source: '10.0.2.11',
      destination: address,
    });
    const [first, second, third] = own.request;
    const isNear = address.startsWith('10.0.2.');
    const inward = { ...from(third!), destination: '10.0.2.11' };
    return {
      ...own,
      request: isNear
        ? [
            { ...from(first!), to: 'director', segment: 'inside' },
            { ...inward, ttl: 63 },
          ]
        : [from(first!), from(second!), inward],
      reply: isNear ? [{ ...back(own.reply[0]!), to: client }] : own.reply.map(back),
    };
  };
  const answered = (plan: Plan, ...clients: readonly (readonly [name: string, address: string])[]) => {
    const story = new Story(plan);
    for (const [index, [name, address]] of clients.entries())
      story.talk(asked(name, address, 40001 + index), ['syn', 'syn-ack'], undefined, 1000 + 50_000 * index);
    return told(story).map(([code, setting]) => [code, setting]);
  };
  const far = [
    ['client', '10.0.1.10'],
    ['second', '10.0.1.11'],
  ] as const;

  it('went past the director: by the server’s gateway, once for all clients', () => {
    assert.deepEqual(answered(planOf(others), ...far), [['reply-not-rewritten', 'nodes.rs1.gateway']]);
  });

  it('that has the director for its gateway: by no setting', () => {
    const right = planOf(others.replaceAll(/(rs\d: .*)gateway: router/g, '$1gateway: director'));
    assert.deepEqual(answered(right, ...far), [['reply-not-rewritten', undefined]]);
  });

  it('to who is beside it on the segment: by snat, for each of them', () => {
    assert.deepEqual(answered(planOf(others), ['near', '10.0.2.50'], ['beside', '10.0.2.51']), [
      ['reply-not-rewritten', 'service.snat'],
      ['reply-not-rewritten', 'service.snat'],
    ]);
  });

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
