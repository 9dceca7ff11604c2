import assert from 'node:assert/strict';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { planOf as labPlanOf, runLab } from '../../lab/embedded/testbed.ts';
import { reportOfEvents, verdictsOf } from '../build-report.ts';
import { drTable, Story, tunTable } from '../oracle.ts';
import { drText, macOf, planOf, tunText } from '../plans.ts';
import { rowsOf, wrongRows } from './carried.ts';

/** Each decision comes after so many of the events that follow it. */
function decisionsLate(events: readonly LabEvent[], by: number): LabEvent[] {
  const late = [...events];
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index]!;
    if (event.kind !== 'decision') continue;
    late.splice(index, 1);
    const before = late[Math.min(index + by, late.length) - 1]!;
    late.splice(index + by, 0, { ...event, timeNs: before.timeNs });
  }
  return late;
}

const foretold = (plan: Plan, events: readonly LabEvent[], pauses: readonly number[]) =>
  JSON.stringify(
    reportOfEvents(plan, events, 'embedded', pauses).journeys.map(({ kind, hops }) => [
      kind,
      hops.map(({ expected }) => expected),
    ]),
  );

describe('the server that a director chose', () => {
  const plan = planOf(drText);
  const missent = () =>
    new Story(plan).talk(drTable('rs1'), ['syn', 'ack'], (step) => {
      if (step.leg !== 2) return;
      step.to = 'rs2';
      step.etherDestination = macOf(plan, 'rs2', 'inside');
    });

  it('is the one that it says, wherever the frame goes', () => {
    const report = reportOfEvents(plan, missent().events);
    for (const kind of ['syn', 'ack'])
      assert.deepEqual(wrongRows(plan, report, kind, 2), ['eth.dst rs1.inside, seen rs2.inside']);
  });

  it('is the one that the frame goes to, as long as it has said nothing', () => {
    const events = missent().events.filter(({ kind }) => kind === 'frame');
    const report = reportOfEvents(plan, events, 'capture');
    for (const kind of ['syn', 'ack']) assert.deepEqual(wrongRows(plan, report, kind, 2), []);
  });

  it('is what requests show: a reply that strays over the director shows nothing', () => {
    const { request, reply } = drTable();
    const [first, last] = reply;
    const strayed = [
      { ...first!, to: 'director' },
      { ...first!, from: 'director', ttl: 63 },
      { ...last!, ttl: 62 },
    ];
    const { events } = new Story(plan)
      .talk({ ...drTable(), request: request.slice(0, 2), reply: strayed }, ['syn', 'syn-ack'])
      .talk(drTable(), ['ack']);
    const frames = events.filter(({ kind }) => kind === 'frame');
    const report = reportOfEvents(plan, frames, 'capture');
    assert.equal(report.flows.length, 1);
    assert.equal(rowsOf(plan, report, 'ack', 2)[0], 'eth.dst rs1.inside');
  });

  it('in a tunnel is whom the wrapper is for, whoever gets it first', () => {
    const tun = planOf(tunText);
    const frames = new Story(tun)
      .talk(tunTable('rs2'), ['syn'])
      .events.filter(({ kind }) => kind === 'frame');
    const rows = rowsOf(tun, reportOfEvents(tun, frames, 'capture'), 'syn', 2);
    assert.ok(rows.includes('ipip ip.dst 10.0.3.12'), rows.join('\n'));
  });

  it('is known in the end, whenever somebody looked before', () => {
    const late = decisionsLate(missent().events, 2);
    const atOnce = foretold(plan, late, []);
    for (const index of late.keys()) assert.equal(foretold(plan, late, [index]), atOnce, String(index));
    assert.deepEqual(wrongRows(plan, reportOfEvents(plan, late, 'embedded', [...late.keys()]), 'ack', 2), [
      'eth.dst rs1.inside, seen rs2.inside',
    ]);
  });
});

describe('behind a NAT router, a director with snat', () => {
  const plan = labPlanOf(`
model: dnat
service: { vip: 10.9.0.100, port: 80, servers: { rs1: { port: 8080 } } }
segments: { home: 192.168.0.0/24, front: 10.9.0.0/24, inside: 10.8.0.0/24 }
nodes:
  pc:       { role: client,   at: { home: 192.168.0.11 }, gateway: nat }
  nat:      { role: router,   at: { home: 192.168.0.1, front: 10.9.0.1 }, nat: front }
  director: { role: director, at: { front: 10.9.0.2, inside: 10.8.0.2 }, gateway: nat }
  rs1:      { role: server,   at: { inside: 10.8.0.11 }, gateway: director }
traffic: [{ from: pc, count: 1 }]
`);
  const { events } = runLab(plan);

  it('both are foretold, whenever somebody looks', () => {
    const late = decisionsLate(events, 1);
    const first = late.slice(0, 40);
    const atOnce = foretold(plan, first, []);
    for (const index of first.keys()) assert.equal(foretold(plan, first, [index]), atOnce, String(index));
    const verdicts = verdictsOf(reportOfEvents(plan, late, 'embedded', [5, 10, 15, 20, 25, 30]));
    for (const id of ['headers', 'rewritten', 'server-sees-dip', 'one-address', 'right-host', 'end-to-end'])
      assert.equal(verdicts[id], 'kept', id);
  });

  it('where nothing is known of what the NAT router did with requests, its replies are not foretold', () => {
    const told = events.filter(
      (event) => event.kind !== 'decision' || event.node !== 'nat' || event.rule !== 'nat-out',
    );
    const report = reportOfEvents(plan, told);
    const reply = report.journeys.find(({ kind }) => kind === 'syn-ack')!;
    assert.deepEqual(
      reply.hops.map(({ from }) => from),
      ['rs1', 'director', 'nat'],
    );
    assert.deepEqual(reply.hops[2]!.expected, []);
    assert.equal(verdictsOf(report)['headers'], 'kept');
  });
});
