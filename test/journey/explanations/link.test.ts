import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Explanation, Report } from '../../../src/journey/report.ts';
import type { FrameEvent, LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { runLab } from '../../lab/embedded/testbed.ts';
import { makeTranslate } from '../../support/translate.ts';
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

const codesOf = ({ explanations }: Report) => explanations.map(({ code }) => code);
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

  it('by a router on its way out, also where only frames show it', () => {
    const text = drText.replace('outside: 10.0.1.1,', 'outside: { address: 10.0.1.1, loss: 50% },');
    const plan = planOf(`${text}\ntraffic: [{ from: client, count: 8, every: 2s, timeout: 900ms }]\n`);
    const { events } = runLab(plan);
    const wholePoints = new Set(
      plan.nodes.flatMap(({ name, interfaces }) => interfaces.map(({ segment }) => `${name}.${segment}`)),
    );
    const translate = makeTranslate('en');
    const capture = new JourneyBuilder(plan, { engine: 'capture', startedAt: 'T', translate, wholePoints });
    // A queue that loses frames does so before anybody records them.
    const came = events.filter((one): one is FrameEvent => one.kind === 'frame' && one.node === 'client');
    const isRecorded = ({ node, segment, direction, bytes, timeNs }: FrameEvent) =>
      node !== 'router' ||
      segment !== 'outside' ||
      direction === 'in' ||
      came.some((one) => Math.abs(one.timeNs - timeNs) < 1e6 && Buffer.compare(one.bytes, bytes) === 0);
    capture.add(events.filter((one) => one.kind === 'node' || (one.kind === 'frame' && isRecorded(one))));
    const dropped = capture.report().journeys.filter(({ outcome }) => outcome === 'dropped');
    assert.ok(dropped.some(({ hops }) => hops.at(-1)!.arrival.reason === 'link-loss'));
    for (const { explanations, flows } of [capture.report(), reportOf({ plan, events })]) {
      assert.ok(flows.some(({ kind, outcome }) => kind === 'tcp' && outcome.kind !== 'answered'));
      assert.deepEqual(brief(explanations), [['link-loss', 'nodes.router.at.outside.loss']]);
      assert.deepEqual(explanations[0]!.params, { node: 'router', segment: 'outside', share: '50' });
    }
  });

  it('is not explained by a filter that dropped the error about it', () => {
    const text = drText
      .replace('inside: 10.0.2.2 }', 'inside: { address: 10.0.2.2, down: true } }')
      .replace('outside: 10.0.1.10', 'outside: { address: 10.0.1.10, drop: [icmp] }');
    const plan = planOf(`${text}\ntraffic: [{ from: client, count: 1 }]\n`);
    const { events } = runLab(plan);
    // In a capture nobody says why the director is silent.
    const frames = events.filter((event) => event.kind === 'frame' && event.node === 'client');
    for (const [told, engine] of [
      [events, 'embedded'],
      [frames, 'capture'],
    ] as const)
      assert.ok(!codesOf(reportOf({ plan, events: [...told] }, engine)).includes('filtered'), engine);
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
