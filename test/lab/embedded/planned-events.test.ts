import assert from 'node:assert/strict';
import { meetsExpectation } from '../../../src/journey/expectation.ts';
import { EmbeddedEngine } from '../../../src/lab/embedded/embedded-engine.ts';
import type { LabEvent, PlanEvent } from '../../../src/lab/events.ts';
import { reportOfEvents } from '../../journey/build-report.ts';
import { dr } from '../topology/fixtures.ts';
import { SECOND, planOf } from './testbed.ts';

const withEvents = (events: string, file = dr) => planOf(`${file}events:\n${events}`);

function rig(text: string, file = dr) {
  const plan = withEvents(text, file);
  const events: LabEvent[] = [];
  const engine = new EmbeddedEngine(plan, (told) => events.push(...told));
  engine.startNow();
  const plans = () => events.filter((event): event is PlanEvent => event.kind === 'plan');
  return { plan, events, engine, plans };
}

const told = ({ timeNs, by }: PlanEvent) => `${timeNs / 1e9} ${by ?? 'saved'}`;

describe('what happens by itself in a lab in memory', () => {
  it('is a change of the plan at its time, in the words of the file, and the run waits for it', () => {
    const { engine, plans } = rig(`
  - { at: 1500ms, set: service.servers.rs1.weight, to: 0 }
  - { at: 60s, down: rs2.inside }
`);
    assert.ok(engine.runUntilSettled(100 * SECOND));
    assert.deepEqual(plans().map(told), [
      '0 saved',
      '1.5 service.servers.rs1.weight → 0',
      '60 down rs2.inside',
    ]);
    assert.deepEqual(
      plans().map(({ epoch }) => epoch),
      [0, 1, 2],
    );
    assert.equal(plans()[2]!.plan.nodes.find(({ name }) => name === 'rs2')!.interfaces[0]!.down, true);
  });

  it('changes what is on the wire: requests go where the weights of their time send them', () => {
    const { engine, events, plan } = rig(`
  - { at: 500ms, set: service.servers.rs1.weight, to: 0 }
  - { at: 2500ms, set: service.servers, to: [rs1] }
`);
    engine.runUntilSettled(100 * SECOND);
    const report = reportOfEvents(plan, events);
    const served = report.flows.filter(({ kind }) => kind === 'tcp').map(({ server }) => server?.node);
    assert.deepEqual(served, ['rs1', 'rs2', 'rs2', 'rs1']);
    assert.equal(report.epochs[1]!.by, 'service.servers.rs1.weight → 0');
    assert.deepEqual(meetsExpectation(report).differences, []);
  });

  it('stops, starts and pauses nodes, whatever was done to them by hand before', () => {
    const { engine, events } = rig(`
  - { at: 1s, stop: rs1 }
  - { at: 2s, pause: rs2 }
  - { at: 3s, start: rs1 }
  - { at: 4s, start: rs2 }
`);
    engine.run(0.5 * SECOND);
    engine.setNodeNow('rs2', 'stopped');
    engine.run(5 * SECOND);
    const states = events.flatMap((event) =>
      event.kind === 'node' && event.timeNs > 0 ? [`${event.timeNs / 1e9} ${event.node} ${event.state}`] : [],
    );
    assert.deepEqual(states, [
      '0.5 rs2 stopped',
      '1 rs1 stopped',
      '2 rs2 running',
      '2 rs2 paused',
      '3 rs1 running',
      '4 rs2 running',
    ]);
    assert.ok(engine.nodeStateNow('rs1') && engine.nodeStateNow('rs2'));
  });

  it('follows the file as it is saved: the past has its effect at once, the future at its time', () => {
    const { engine, plans } = rig('  - { at: 20s, stop: rs1 }\n');
    engine.run(5 * SECOND);
    void engine.apply(
      withEvents(`
  - { at: 2s, set: service.servers.rs1.weight, to: 0 }
  - { at: 6s, set: service.servers.rs1.weight, to: 7 }
`),
    );
    const weight = () => plans().at(-1)!.plan.services[0]!.servers[0]!.weight;
    assert.equal(weight(), 0);
    engine.run(20 * SECOND);
    assert.equal(weight(), 7);
    assert.deepEqual(plans().map(told), ['0 saved', '5 saved', '6 service.servers.rs1.weight → 7']);
    // Without its events the file is the lab as it began.
    void engine.apply(planOf(dr));
    assert.equal(weight(), 1);
    assert.equal(plans().at(-1)!.plan.events, undefined);
  });

  it('lets a node that the file no longer stops run again', () => {
    const { engine } = rig('  - { at: 1s, stop: rs1 }\n');
    engine.run(2 * SECOND);
    assert.equal(engine.nodeStateNow('rs1'), undefined);
    void engine.apply(planOf(dr));
    assert.ok(engine.nodeStateNow('rs1'));
  });
});
