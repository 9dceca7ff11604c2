import assert from 'node:assert/strict';
import type { Explanation } from '../../../src/journey/report.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { reportOf } from '../build-report.ts';
import { drTable, Story, tunTable, type PacketName, type Tamper } from '../oracle.ts';
import { drText, planOf, tunText, withPort } from '../plans.ts';

const dr = planOf(drText);

const lostAt =
  (name: PacketName, leg: number): Tamper =>
  (step) => {
    step.lost = step.name === name && step.leg === leg;
  };

/** What is told a long time after. */
function told({ plan, events }: Story, ...before: readonly LabEvent[]): readonly Explanation[] {
  const late: LabEvent = { kind: 'node', timeNs: 1e12, node: 'client', state: 'running' };
  return reportOf({ plan, events: [...before, ...events, late] }).explanations;
}

const brief = (explanations: readonly Explanation[]) =>
  explanations.map(({ code, setting }) => [code, setting]);

describe('a packet that was lost between two nodes', () => {
  const syn = (plan: Plan) => new Story(plan).talk(drTable(), ['syn'], lostAt('syn', 2));

  it('on a link that loses: where it was sent, and how many are lost', () => {
    const [explanation, ...others] = told(syn(withPort(dr, 'director', 'inside', { loss: 0.12345 })));
    assert.deepEqual(others, []);
    assert.equal(explanation?.code, 'link-loss');
    assert.equal(explanation.setting, 'nodes.director.at.inside.loss');
    assert.deepEqual(explanation.params, { node: 'director', segment: 'inside', share: '12.3' });
    assert.deepEqual(explanation.frames, [5]);
  });

  it('to an interface that is down', () => {
    assert.deepEqual(brief(told(syn(withPort(dr, 'rs1', 'inside', { down: true })))), [
      ['interface-down', 'nodes.rs1.at.inside.down'],
    ]);
  });

  it('to a node that does not run; of a director, all is said by one explanation', () => {
    const stopped = (node: string): LabEvent => ({ kind: 'node', timeNs: 1, node, state: 'stopped' });
    const [explanation, ...others] = told(syn(dr), stopped('rs1'));
    assert.deepEqual(
      [explanation?.code, explanation?.params, explanation?.frames],
      ['node-down', { node: 'rs1' }, [5]],
    );
    assert.deepEqual(others, []);
    const silent = new Story(dr).talk(drTable(), ['syn'], lostAt('syn', 1));
    assert.deepEqual(brief(told(silent, stopped('director'))), [['director-down', undefined]]);
  });

  it('for no reason that anybody knows', () => {
    assert.deepEqual(told(syn(dr)), []);
  });
});

describe('a packet that an interface drops', () => {
  it('is told by its direction, and by the tunnel that it is in', () => {
    const request = told(
      new Story(withPort(dr, 'rs1', 'inside', { drop: ['tcp'] })).talk(drTable(), ['syn']),
    );
    assert.deepEqual(brief(request), [['filtered', 'nodes.rs1.at.inside.drop']]);
    assert.deepEqual(request[0]!.params, {
      node: 'rs1',
      segment: 'inside',
      protocol: 'tcp',
      direction: 'request',
      from: 'director',
    });
    const reply = told(
      new Story(withPort(dr, 'client', 'outside', { drop: ['tcp'] })).talk(drTable(), ['syn', 'syn-ack']),
    );
    assert.deepEqual(brief(reply), [['filtered', 'nodes.client.at.outside.drop']]);
    assert.equal(reply[0]!.params['direction'], 'reply');
    assert.match(reply[0]!.text, /reply/);
    assert.doesNotMatch(request[0]!.text, /reply/);
    const tunnel = planOf(tunText);
    const wrapped = told(
      new Story(withPort(tunnel, 'rs1', 'back', { drop: ['ipip'] })).talk(tunTable(), ['syn']),
    );
    assert.equal(wrapped[0]!.params['protocol'], 'ipip');
  });
});

describe('a link that takes longer than a client waits', () => {
  const slow = (plan: Plan, delayNs: number) =>
    brief(
      told(
        new Story(withPort(plan, 'rs1', 'inside', { delayNs })).talk(
          drTable(),
          ['syn', 'syn-ack'],
          lostAt('syn-ack', 1),
        ),
      ),
    );
  const wanted = [['slow-link', 'nodes.rs1.at.inside.delay']];
  const asking = (traffic: string) => planOf(`${drText}\ntraffic: [${traffic}]\n`);

  it('there and back, by the patience that the file gives it', () => {
    const plan = asking('{ from: client, count: 1, timeout: 2s }');
    assert.deepEqual(slow(plan, 1e9), wanted);
    assert.deepEqual(slow(plan, 1e9 - 1), []);
  });

  it('or by that of somebody who asks by hand: three seconds', () => {
    for (const plan of [dr, asking('{ from: client, to: 10.0.2.77, count: 1, timeout: 100ms }')]) {
      assert.deepEqual(slow(plan, 1.5e9), wanted);
      assert.deepEqual(slow(plan, 1.5e9 - 1), []);
    }
  });

  it('or by nobody’s: what another client of the file waits is its own', () => {
    const two = drText.replace(
      '  router:',
      '  other: { role: client, at: { outside: 10.0.1.20 }, gateway: router }\n  router:',
    );
    const plan = planOf(`${two}\ntraffic: [{ from: other, count: 1, timeout: 100ms }]\n`);
    assert.deepEqual(slow(plan, 1.5e9 - 1), []);
  });

  it('explains nothing that has another cause, or that went well', () => {
    const plan = withPort(withPort(dr, 'rs1', 'inside', { delayNs: 2e9 }), 'router', 'outside', {
      loss: 0.5,
    });
    const lost = new Story(plan).talk(drTable(), ['syn', 'syn-ack'], lostAt('syn-ack', 1));
    assert.deepEqual(brief(told(lost)), [['link-loss', 'nodes.router.at.outside.loss']]);
    const well = new Story(withPort(dr, 'rs1', 'inside', { delayNs: 2e9 })).talk(
      drTable(),
      ['syn'],
      lostAt('syn', 1),
    );
    well.nowNs += 1e9;
    assert.deepEqual(told(well.talk(drTable())), []);
  });
});
