import assert from 'node:assert/strict';
import type { Report } from '../../../src/journey/report.ts';
import { reportOf, reportOfEvents } from '../build-report.ts';
import { natTable, Story, whole, type PacketName } from '../oracle.ts';
import { natText, planOf } from '../plans.ts';
import { carry, gre, udp } from '../predictions/carried.ts';

const nat = planOf(natText);
const port = 40001;
const one = natTable('pc1', 50000, port);
const other = natTable('pc2', 50000, port);
const [SYN, OPEN]: readonly (readonly PacketName[])[] = [['syn'], ['syn', 'syn-ack', 'ack']];

/** The verdict, and what the named frames are of: who sent it, in the epoch. */
function unique(report: Report, epoch = 0): string {
  const { verdict, evidence } = report.promises.find(
    (promise) => promise.id === 'unique-ports' && promise.epoch === epoch,
  )!;
  const senders = evidence.map((frame) => {
    const journey = report.journeys.find(({ hops }) => hops.some((hop) => hop.frame === frame))!;
    return `${journey.kind} of ${journey.hops[0]!.from}`;
  });
  return [verdict, ...senders].join(', ');
}

describe('ports of a NAT router', () => {
  it('two hosts on one: broken, by the first packets of both', () => {
    const story = new Story(nat).talk(one, OPEN).talk(other, OPEN);
    assert.equal(unique(reportOf(story)), 'broken, syn of pc1, syn of pc2');
  });

  it('two hosts on two: kept, by the first packets of both', () => {
    const story = new Story(nat).talk(one, OPEN).talk(natTable('pc2', 50000, 40002), OPEN);
    assert.equal(unique(reportOf(story)), 'kept, syn of pc1, syn of pc2');
  });

  it('one host on two shows nothing, two ports of it do', () => {
    const again = new Story(nat).talk(one, whole).talk(one, OPEN, undefined, 90000);
    assert.equal(unique(reportOf(again)), 'not seen');
    const two = new Story(nat).talk(one, OPEN).talk(natTable('pc1', 50001, 40002), OPEN);
    assert.equal(unique(reportOf(two)), 'kept, syn of pc1, syn of pc1');
    const shared = new Story(nat).talk(one, OPEN).talk(natTable('pc1', 50001, port), OPEN);
    assert.equal(unique(reportOf(shared)), 'broken, syn of pc1, syn of pc1');
  });

  it('one after the other: kept', () => {
    const story = new Story(nat).talk(one, whole).talk(other, whole);
    assert.equal(unique(reportOf(story)), 'kept, syn of pc1, syn of pc2');
  });

  it('one that begins when the other’s last packet arrives: kept', () => {
    const story = new Story(nat).talk(one, whole);
    // What the story lets pass after a packet, and before a sending.
    story.nowNs -= 1e6 + 5_000;
    story.talk(other, whole);
    assert.equal(unique(reportOf(story)), 'kept, syn of pc1, syn of pc2');
  });

  it('one that began before the other ended: broken', () => {
    const rest = whole.slice(3);
    const story = new Story(nat).talk(one, OPEN).talk(other, SYN).talk(one, rest);
    assert.equal(unique(reportOf(story)), 'broken, syn of pc1, syn of pc2');
    // The one that ended is the second.
    const second = new Story(nat).talk(one, OPEN).talk(other, whole);
    assert.equal(unique(reportOf(second)), 'broken, syn of pc1, syn of pc2');
  });

  it('names those that share one, and no others', () => {
    const story = new Story(nat)
      .talk(natTable('pc1', 50001, 40009), ['syn', 'syn-ack'])
      .talk(one, OPEN)
      .talk(other, OPEN);
    assert.equal(unique(reportOf(story)), 'broken, syn of pc1, syn of pc2');
  });

  it('the same number in TCP and in UDP is not the same port', () => {
    const story = new Story(nat).talk(one, OPEN);
    carry(story, 'nat', other.request, udp);
    assert.equal(unique(reportOf(story)), 'kept, syn of pc1, udp of pc2');
  });

  it('what has no port shares none', () => {
    const story = new Story(nat);
    for (const { request } of [one, other]) carry(story, 'nat', request, gre);
    const report = reportOf(story);
    assert.equal(report.flows.length, 2);
    assert.equal(unique(report), 'not seen');
  });

  it('by the first packet that the router sent on', () => {
    const lost = new Story(nat)
      .talk(one, SYN, (step) => (step.ends = true))
      .talk(one, ['syn'])
      .talk(other, SYN);
    assert.equal(unique(reportOf(lost)), 'broken, syn of pc1, syn of pc2');
    const never = new Story(nat).talk(one, SYN, (step) => (step.ends = true)).talk(other, SYN);
    assert.equal(unique(reportOf(never)), 'not seen');
  });

  it('names the first five, whoever was heard of last', () => {
    const story = new Story(nat);
    for (let index = 0; index < 6; index++)
      story.talk(natTable(index % 2 === 0 ? 'pc1' : 'pc2', 50000 + index, 40001 + index), SYN);
    const told = reportOf(story).promises.find(({ id }) => id === 'unique-ports')!.evidence;
    const pauses = [story.events.length];
    story.talk(one, ['syn-ack']);
    const later = reportOfEvents(nat, story.events, 'embedded', pauses);
    assert.equal(told.length, 5);
    assert.deepEqual(later.promises.find(({ id }) => id === 'unique-ports')!.evidence, told);
  });

  it('of two routers only the one that shows something is named', () => {
    const two = planOf(
      natText.replace('segments: {', 'segments: { away: 192.168.2.0/24,').replace(
        'nodes:',
        `nodes:
  far: { role: client, at: { away: 192.168.2.10 }, gateway: second }
  second: { role: router, at: { away: 192.168.2.1, outside: 203.0.113.2 }, nat: outside }`,
      ),
    );
    const story = new Story(two).talk(one, SYN).talk(natTable('pc2', 50000, 40002), SYN);
    const [inward, outward] = one.request;
    const request = [
      { ...inward!, from: 'far', to: 'second', segment: 'away', source: '192.168.2.10' },
      { ...outward!, from: 'second', source: '203.0.113.2' },
    ];
    story.talk({ ...one, director: 'second', request }, SYN);
    assert.equal(unique(reportOf(story)), 'kept, syn of pc1, syn of pc2');
  });

  it('a flow that is heard of again leaves the others of its port as they are', () => {
    const story = new Story(nat)
      .talk(one, whole, (step) => (step.lost = step.name === 'last-ack' && step.leg === 1))
      .talk(other, OPEN);
    const pauses = [story.events.length];
    // That its last packet was lost, and is not under way, shows only now.
    story.nowNs += 1e9;
    story.talk(natTable('pc2', 50002, 40009), SYN);
    pauses.push(story.events.length);
    story.talk(one, SYN, undefined, 90000);
    const report = reportOfEvents(nat, story.events, 'embedded', pauses);
    assert.equal(unique(report), 'broken, syn of pc2, syn of pc1');
  });

  it('in each epoch by what was sent in it', () => {
    const story = new Story(nat).talk(one, OPEN);
    const { nowNs: timeNs, plan } = story;
    story.events.push({ kind: 'plan', timeNs, epoch: 1, plan, changes: [], durationNs: 1 });
    story.nowNs += 1e6;
    story.talk(one, ['get']).talk(other, SYN);
    const report = reportOf(story);
    assert.equal(unique(report, 0), 'not seen');
    assert.equal(unique(report, 1), 'broken, data of pc1, syn of pc2');
  });

  it('what turns out to be recorded in part says nothing any more', () => {
    const story = new Story(nat).talk(one, OPEN).talk(other, OPEN);
    const timeNs = story.nowNs;
    story.events.push({ kind: 'capture', timeNs, node: 'nat', segment: 'home', detail: 'headers' });
    const { events, plan } = story;
    const pauses = [events.length - 1];
    assert.equal(unique(reportOfEvents(plan, events, 'embedded', pauses)), 'not seen');
    // With the clash told of before, and two later that have none.
    story.nowNs += 5e9;
    const whileNs = story.nowNs;
    story.events.push({ kind: 'capture', timeNs: whileNs, node: 'nat', segment: 'home', detail: 'frames' });
    story.nowNs += 5e9;
    story.talk(one, SYN, undefined, 90000).talk(natTable('pc2', 50000, 40002), SYN, undefined, 90000);
    assert.equal(unique(reportOfEvents(plan, events, 'embedded', pauses)), 'kept, syn of pc1, syn of pc2');
  });

  it('what was recorded in part clashes with nothing that comes later', () => {
    const story = new Story(nat).talk(one, whole).talk(one, OPEN, undefined, 90000);
    const { events, plan } = story;
    const pauses = [events.length];
    for (const detail of ['headers', 'frames'] as const) {
      events.push({ kind: 'capture', timeNs: story.nowNs, node: 'nat', segment: 'home', detail });
      story.nowNs += 5e9;
      pauses.push(events.length);
    }
    story.talk(other, OPEN);
    assert.equal(unique(reportOfEvents(plan, events, 'embedded', pauses)), 'not seen');
  });
});
