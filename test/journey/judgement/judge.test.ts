import assert from 'node:assert/strict';
import { JourneyBuilder, type JourneyBuilderOptions } from '../../../src/journey/journey-builder.ts';
import type { PromiseVerdict, Report } from '../../../src/journey/report.ts';
import { Judge } from '../../../src/journey/judgement/judge.ts';
import { makeTranslate } from '../../support/translate.ts';
import type { FrameEvent, LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { reportOf, reportOfEvents, verdictsOf } from '../build-report.ts';
import { drTable, natTable, Story, whole } from '../oracle.ts';
import { soundText } from '../sound-topologies.ts';
import { runLab } from '../../lab/embedded/testbed.ts';
import { Judged } from './judged.ts';
import { drText, macOf, natText, planOf } from '../plans.ts';

const dr = planOf(drText);
const nat = planOf(natText);

function builderOf(plan: Plan, events: readonly LabEvent[], options: Partial<JourneyBuilderOptions> = {}) {
  const builder = new JourneyBuilder(plan, {
    engine: 'embedded',
    startedAt: '',
    translate: makeTranslate('en'),
    ...options,
  });
  builder.add(events);
  return builder;
}

const planned = (epoch: number, timeNs: number): LabEvent => ({
  kind: 'plan',
  timeNs,
  epoch,
  plan: dr,
  changes: [],
  durationNs: 0,
});

describe('what all packets come to together', () => {
  it('is the same when a plan is told again while packets were judged by it', () => {
    const story = new Story(dr);
    story.events.push(planned(0, 0));
    story.talk(drTable());
    story.events.push(planned(1, story.nowNs));
    story.nowNs += 1e9;
    story.talk(drTable('rs2', 40002));
    const once = reportOf(story);
    story.events.push(planned(1, story.nowNs));
    story.nowNs += 1e9;
    story.talk(drTable('rs1', 40003));
    const whenLast = story.events.findLastIndex(({ kind }) => kind === 'plan');
    const paused = reportOfEvents(dr, story.events, 'embedded', [whenLast, whenLast + 1]);
    assert.deepEqual(JSON.parse(JSON.stringify(paused)), JSON.parse(JSON.stringify(reportOf(story))));
    const again = reportOfEvents(dr, story.events.slice(0, whenLast + 1), 'embedded', [whenLast]);
    assert.deepEqual(again.counters, once.counters);
    assert.deepEqual(shown(again), shown(once));
    assert.equal(verdictsOf(again, 0)['ip-untouched'], 'kept');
    assert.equal(verdictsOf(again, 1)['ip-untouched'], 'kept');
  });

  it('is taken back whole of each epoch when its recording turns out to be in part, also after a plan told again', () => {
    const story = new Story(dr);
    story.events.push(planned(0, 0));
    story.talk(drTable());
    story.events.push(planned(1, story.nowNs));
    story.nowNs += 1e9;
    story.talk(drTable('rs2', 40002));
    const judged = new Judged(dr).tell(story.events).tell([planned(1, story.nowNs)]);
    assert.deepEqual([judged.verdicts(0)['headers'], judged.verdicts(1)['headers']], ['kept', 'kept']);
    const place = { node: 'client', segment: 'outside' };
    judged.tell([{ kind: 'capture', timeNs: story.nowNs, ...place, detail: 'frames' }]);
    judged.tell([{ kind: 'capture', timeNs: 1, ...place, detail: 'headers' }]);
    assert.deepEqual(
      [judged.verdicts(0)['headers'], judged.verdicts(1)['headers']],
      ['not seen', 'not seen'],
    );
  });

  it('counts of bytes that are not kept stay however often all is joined again', () => {
    const judged = new Judged(dr).tell(new Story(dr).talk(drTable()).events);
    let { judge } = judged.state;
    const { sum } = judge.directorBytes;
    for (const journey of judged.state.journeys) judge.evict(journey);
    for (let time = 0; time < 3; time++) {
      const next = new Judge(judged.state.joiner, () => []);
      next.inherit(judge);
      assert.equal(next.directorBytes.sum, sum);
      judge = next;
    }
  });

  it('is what a node’s state says, also of a frame that was sent in the same moment', () => {
    const story = new Story(dr).talk(drTable(), ['syn'], (step) => (step.lost = step.leg === 1));
    const { timeNs } = story.events.at(-1)!;
    const judged = new Judged(dr).tell(story.events);
    const reason = () => judged.state.journeys[0]!.last.fate!.reason;
    assert.equal(reason(), 'not-received');
    judged.tell([{ kind: 'node', timeNs, node: 'director', state: 'stopped' }]);
    assert.equal(reason(), 'node-down');
  });

  it('counts of ambiguous joins stay when those are not kept, and what is kept is joined again', () => {
    const { events } = twoAlike();
    const story = new Story(nat);
    story.nowNs = 10e9;
    for (let index = 0; index < 10; index++) {
      story.talk(natTable('pc1', 51000 + index, 41000 + index), whole, undefined, 1000 + index * 50_000);
      story.nowNs += 2e9;
    }
    const all = [...events, ...story.events.filter(({ kind }) => kind !== 'decision')];
    const late = all.length - 10;
    const builder = builderOf(
      nat,
      all.filter((_, index) => index !== late),
      { engine: 'capture', maxFrames: 150 },
    );
    const before = builder.report().counters;
    assert.ok(before.evictedFlows > 2);
    assert.equal(before.ambiguousJoins, reportOfEvents(nat, events, 'capture').counters.ambiguousJoins);
    assert.ok(before.ambiguousJoins >= 2);
    builder.add([all[late]!]);
    assert.equal(builder.update().reset, true);
    assert.equal(builder.report().counters.ambiguousJoins, before.ambiguousJoins);
  });

  it('counts as the director’s bytes the packets that it got, as long as their headers say', () => {
    const bytesOf = (story: Story) => reportOf(story).counters.directorBytes;
    const talked = () => new Story(dr).talk(drTable(), ['syn', 'get']);
    const got = talked()
      .events.filter((event): event is FrameEvent => event.kind === 'frame')
      .filter(({ node, direction }) => node === 'director' && direction === 'in');
    const sum = got.reduce((total, { bytes }) => total + bytes.length - 14, 0);
    assert.equal(bytesOf(talked()), sum);
    // An announcement of a switch (LLDP), a question about an address, and what is lost on the way are no packets of it.
    const more = talked();
    const bytes = new Uint8Array(60);
    const ethernet = Buffer.from(bytes.buffer);
    ethernet.writeUIntBE(macOf(dr, 'director', 'inside'), 0, 6);
    ethernet.writeUIntBE(macOf(dr, 'router', 'inside'), 6, 6);
    ethernet.writeUInt16BE(0x88cc, 12);
    more.frame('router', 'director', 'inside', bytes);
    more.arp('inside', 'router', '10.0.2.1', '10.0.2.2', 'director');
    more.talk(drTable(), ['ack'], (step) => (step.lost = step.leg === 1));
    assert.equal(bytesOf(more), sum);
  });

  it('counts those bytes for each node that forwards, also where a packet meets several', () => {
    const text = soundText({
      ...{ model: 'dnat', nats: 2, natBehind: false, outsider: true, clients: 1, routers: 1, apart: false },
      ...{ protocol: 'tcp', upload: 0, response: 4000, scheduler: 'rr', persistence: false },
      ...{ decrementTtl: true, clampMss: false, wide: false },
    });
    const plan = planOf(text);
    const { events } = runLab(plan);
    const { directorBytes, directorBytesEach } = reportOfEvents(plan, events).counters;
    assert.deepEqual(Object.keys(directorBytesEach).sort(), ['director', 'nat0', 'nat1']);
    for (const [node, bytes] of Object.entries(directorBytesEach)) {
      const macs = plan.nodes.find(({ name }) => name === node)?.interfaces.map(({ mac }) => Number(mac));
      const got = events
        .filter((event) => event.kind === 'frame')
        .filter((frame) => frame.node === node && frame.direction === 'in')
        .map((frame) => Buffer.from(frame.bytes))
        .filter((frame) => macs?.includes(frame.readUIntBE(0, 6)) && frame.readUInt16BE(12) === 0x0800);
      assert.equal(
        bytes,
        got.reduce((sum, frame) => sum + frame.readUInt16BE(16), 0),
        node,
      );
    }
    const { director, nat0, nat1 } = directorBytesEach;
    assert.equal(director! + nat0! + nat1!, directorBytes);
    assert.ok(director! > nat0!, 'who stands outside passes no NAT');
  });

  it('tells at once what one packet shows, though many others went well', () => {
    const story = new Story(dr);
    for (let index = 0; index < 40; index++)
      story.talk(drTable('rs1', 40001 + index), whole, undefined, 1000 + index * 50_000);
    const builder = builderOf(dr, story.events);
    assert.deepEqual(builder.update().explanations, []);
    const known = story.events.length;
    story.talk(drTable('rs1', 50001), ['syn'], (step) => {
      step.ends = step.leg === 1;
      if (step.ends) step.decision = { relation: 'dropped', rule: 'schedule', reason: 'table-full' };
    });
    builder.add(story.events.slice(known));
    assert.deepEqual(
      builder.update().explanations.map(({ code }) => code),
      ['table-full'],
    );
  });
});

describe('of flows that are not kept any more', () => {
  it('promises of which they showed nothing were not seen', () => {
    const story = new Story(dr);
    for (let index = 0; index < 6; index++, story.nowNs += 20e9)
      story.talk(drTable('rs1', 40001 + index), ['syn'], undefined, 1000 + index * 50_000);
    const report = builderOf(dr, story.events, { maxFrames: 12 }).report();
    assert.ok(report.counters.evictedFlows > 0);
    assert.deepEqual(verdictsOf(report), verdictsOf(reportOf(story)));
    assert.equal(verdictsOf(report)['reply-direct'], 'not seen');
  });
});

describe('a promise is worded by the network', () => {
  it('that a server sees the client’s address, as the director gets to see it behind a NAT router', () => {
    const wordsOf = (text: string) =>
      reportOf(new Story(planOf(text))).promises.find(({ id }) => id === 'server-sees-cip')!.text;
    const translated = drText.replace('inside: 10.0.2.1 } }', 'inside: 10.0.2.1 }, nat: inside }');
    assert.notEqual(wordsOf(translated), wordsOf(drText));
  });
});

describe('of flows that are not kept any more, ports outside', () => {
  /** One host after the other, each with a port of its own. */
  function flowsOf(hosts: readonly ('pc1' | 'pc2')[], portOf: (index: number) => number): Story {
    const story = new Story(nat);
    for (const [index, host] of hosts.entries()) {
      story.talk(natTable(host, 50000 + index, portOf(index)), whole, undefined, 1000 + index * 50_000);
      story.nowNs += 2e9;
    }
    return story;
  }
  const uniquePorts = ({ promises }: Pick<Report, 'promises'>): PromiseVerdict =>
    promises.find(({ id }) => id === 'unique-ports')!;
  /** Room for three conversations: ten packets over two hops, each captured twice. */
  const maxFrames = 3 * 40;

  it('were shown to be each flow’s own, and frames are only named that are here', () => {
    const { events } = flowsOf(['pc1', 'pc2', 'pc1', 'pc2', 'pc1', 'pc2'], (index) => 41000 + index);
    const builder = builderOf(nat, events, { maxFrames });
    const report = builder.report();
    assert.ok(report.counters.evictedFlows >= 3);
    const { verdict, evidence } = uniquePorts(report);
    assert.equal(verdict, 'kept');
    assert.ok(evidence.length > 0);
    for (const frame of evidence) assert.ok(builder.frame(frame), String(frame));
  });

  it('were shown so when only one of them is left', () => {
    const { events } = flowsOf(['pc1', 'pc2', 'pc1'], (index) => 41000 + index);
    const report = builderOf(nat, events, { maxFrames: 40 }).report();
    assert.equal(report.flows.length, 1);
    assert.equal(uniquePorts(report).verdict, 'kept');
  });

  it('were shown to be shared', () => {
    const story = new Story(nat);
    story.talk(natTable('pc1', 50000, 41000), ['syn']);
    story.talk(natTable('pc2', 50000, 41000), ['syn']);
    story.nowNs += 20e9;
    const later = flowsOf(['pc1', 'pc2', 'pc1', 'pc2', 'pc1'], (index) => 42000 + index).events;
    const events = [...story.events, ...later.map((event) => ({ ...event, timeNs: event.timeNs + 30e9 }))];
    const verdicts = verdictsOf(reportOfEvents(nat, events));
    assert.equal(verdicts['unique-ports'], 'broken');
    assert.deepEqual([verdicts['one-address'], verdicts['right-host']], ['kept', 'kept']);
    const builder = builderOf(nat, events, { maxFrames });
    const { verdict, evidence } = uniquePorts(builder.report());
    assert.equal(verdict, 'broken');
    assert.ok(evidence.length > 0 && evidence.every((frame) => builder.frame(frame) === undefined));
  });
});

function shown({ promises }: Report) {
  return promises.map(({ id, epoch, verdict, evidence }) => ({ id, epoch, verdict, evidence }));
}

/** Two hosts send the same bytes, IP id 0, but for their addresses; both come in before either goes out. */
function twoAlike(): { readonly events: LabEvent[] } {
  const story = new Story(nat);
  const zeroId = (step: { spoil?: (bytes: Uint8Array) => void }) => {
    step.spoil = (bytes) => bytes.fill(0, 18, 20);
  };
  story.talk(natTable('pc1', 50000, 40001), ['syn'], zeroId);
  story.talk(natTable('pc2', 50000, 40002), ['syn'], zeroId);
  const [a, b, c, d, e, f, g, h] = story.events.filter(({ kind }) => kind !== 'decision');
  return {
    events: [a!, b!, e!, f!, c!, d!, g!, h!].map((event, i) => ({ ...event, timeNs: 1e6 + i * 1e4 })),
  };
}
