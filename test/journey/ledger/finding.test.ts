import assert from 'node:assert/strict';
import { findingOf } from '../../../src/journey/ledger/finding.ts';
import type { RequestRecord } from '../../../src/journey/records/request-record.ts';
import type { Request } from '../../../src/journey/report.ts';
import type { LabEvent, RequestEvent } from '../../../src/lab/events.ts';
import { runLab, SECOND } from '../../lab/embedded/testbed.ts';
import { ask } from '../asking.ts';
import { reportOf, reportOfEvents } from '../build-report.ts';
import { drTable, natTable, Story } from '../oracle.ts';
import { drText, ip, natText, planOf } from '../plans.ts';

/** What a program may need to notice that something came. */
const SCHEDULING_NS = 50e6;

type Change = (event: RequestEvent) => RequestEvent;

/** Two requests from one port, as the clients told and the frames show them, each changed. */
function findings(
  protocol: 'udp' | 'icmp',
  change: Change,
  keep: (event: LabEvent, text: string) => boolean,
) {
  const text = drText.replace('port: 80,', `port: 80, protocol: ${protocol === 'icmp' ? 'tcp' : 'udp'},`);
  const run = runLab(
    planOf(
      `${text}\ntraffic: [{ from: client, count: 2, every: 1s, sourcePort: 5060, protocol: ${protocol} }]\n`,
    ),
  );
  const events = run.events
    .filter((event) => keep(event, event.kind === 'frame' ? Buffer.from(event.bytes).toString('latin1') : ''))
    .map((event) => (event.kind === 'request' ? change(event) : event))
    .sort((a, b) => a.timeNs - b.timeNs);
  return reportOfEvents(run.plan, events).requests.map(({ finding }: Request) => finding);
}

const same: Change = (event) => event;
const gaveUp: Change = (event) =>
  event.end ? { ...event, timeNs: event.timeNs + SECOND / 2, end: { outcome: 'timed-out' } } : event;
const all = () => true;
/** What came to the client of the second answer is not in the recording. */
const withoutSecond = (event: LabEvent, text: string) =>
  event.kind !== 'frame' ||
  event.node !== 'client' ||
  event.direction === 'out' ||
  !/x-request: *2/i.test(text);

describe('where client and frames disagree', () => {
  it('an answer that came with no time left for its client to notice is none', () => {
    const story = new Story(planOf(drText)).talk(drTable());
    const came = story.events.findLast(
      (event) => event.kind === 'frame' && Buffer.from(event.bytes).includes('200 OK'),
    )!;
    const at = (endNs: number) =>
      reportOf(ask(new Story(planOf(drText)).talk(drTable()), { end: { outcome: 'timed-out' }, endNs }))
        .requests[0]!.finding;
    assert.equal(at(came.timeNs + SCHEDULING_NS), 'answer-not-taken');
    assert.equal(at(came.timeNs + SCHEDULING_NS - 1), undefined);
  });

  it('nothing is said where an answer could be of several', () => {
    const plan = planOf(natText.replace('nat: outside', 'nat: outside, translatePorts: false'));
    const story = new Story(plan);
    for (const host of ['pc1', 'pc2'] as const) story.talk(natTable(host, 50000, 50000), ['syn']);
    story.talk(natTable('pc1', 50000, 50000), ['syn-ack'], (step) => {
      step.ends = true;
      step.decision = { relation: 'dropped', rule: 'nat-in', reason: 'ambiguous-port' };
    });
    const entry = { to: ip('203.0.113.80') };
    ask(story, { node: 'pc1', sourcePort: 50000, entry, end: { outcome: 'answered' } });
    const [request] = reportOf(story).requests;
    assert.deepEqual([request!.flows, request!.finding], [[1], undefined]);
  });
});

describe('where client and frames disagree about one of several datagrams', () => {
  it('nothing is said while they agree', () => {
    assert.deepEqual(findings('udp', same, all), [undefined, undefined]);
  });

  it('an answer that no frame shows is told, of the request that it was for', () => {
    assert.deepEqual(findings('udp', same, withoutSecond), [undefined, 'answer-not-seen']);
  });

  it('an answer that the client does not know of is told, of the request that it was for', () => {
    assert.deepEqual(findings('udp', gaveUp, withoutSecond), ['answer-not-taken', undefined]);
    assert.deepEqual(findings('udp', gaveUp, all), ['answer-not-taken', 'answer-not-taken']);
  });

  it('the same of pings', () => {
    assert.deepEqual(findings('icmp', same, all), [undefined, undefined]);
    assert.deepEqual(findings('icmp', gaveUp, all), ['answer-not-taken', 'answer-not-taken']);
  });
});

describe('what client and frames contradict each other in', () => {
  const service = ip('10.0.2.100');
  const flowWith = (change: object = {}) => ({
    ...{
      kind: 'tcp',
      begun: 'beginning',
      candidates: 0,
      outcome: { kind: 'open' },
      journeys: [] as unknown[],
    },
    ...{ client: { node: 'client' }, serviceAddress: service },
    ...change,
  });
  const finding = (
    flow: object,
    protocol: 'tcp' | 'icmp' = 'tcp',
    outcome = 'answered',
    change: object = {},
  ) =>
    findingOf({
      ...{ asked: { protocol, timeNs: 100e6, entry: {}, id: 1 }, end: { outcome }, endNs: 900e6 },
      ...{ flows: new Set([flow]), isEvicted: false, ...change },
    } as unknown as RequestRecord);

  it('is not said where the flow is not known as a whole, or not for sure', () => {
    for (const flow of [flowWith(), flowWith({ candidates: 1 }), flowWith({ kind: 'udp' })])
      assert.equal(finding(flow), 'answer-not-seen');
    for (const doubt of [
      { partial: 'load' },
      { begun: 'middle' },
      { candidates: 2 },
      { outcome: { kind: 'ambiguous', candidates: 2 } },
      { kind: 'udp', journeys: [{ direction: 'request', first: { facts: { fragment: true } } }] },
    ])
      assert.equal(finding(flowWith(doubt)), undefined, JSON.stringify(doubt));
  });

  it('is not said of a load, of what has not ended, nor where some of its frames are gone', () => {
    for (const change of [
      { isEvicted: true },
      { end: undefined },
      { asked: { protocol: 'tcp', timeNs: 100e6, entry: { load: {} }, id: 1 } },
    ])
      assert.equal(finding(flowWith(), 'tcp', 'answered', change), undefined, Object.keys(change).join());
  });

  /** A flow in which this came back. */
  const withReply = (change: object = {}, lastChange: object = {}) =>
    flowWith({
      kind: 'icmp',
      journeys: [
        {
          ...{ direction: 'reply', kind: 'echo-reply', first: { facts: {} } },
          last: {
            ...{ facts: { kind: 'icmp', source: service }, to: 'client', arrival: { fate: 'accepted' } },
            ...{ received: true, arrivalNs: 200e6, ...lastChange },
          },
          ...change,
        },
      ],
    });

  it('of a ping is asked of the replies since it was sent, within the time of its client', () => {
    const pinged = (kind: string, arrivalNs: number, outcome?: string) =>
      finding(withReply({ kind }, { arrivalNs }), 'icmp', outcome);
    assert.equal(pinged('echo-reply', 200e6), undefined);
    assert.equal(pinged('echo-reply', 100e6), undefined);
    assert.equal(pinged('echo-reply', 99e6), 'answer-not-seen');
    assert.equal(pinged('other', 200e6), 'answer-not-seen');
    assert.equal(pinged('echo-reply', 200e6, 'timed-out'), 'answer-not-taken');
    // It may have come while the client's program had no turn.
    assert.equal(pinged('echo-reply', 880e6, 'timed-out'), undefined);
  });

  it('is asked of what came to the client’s program alone, from the address that was asked', () => {
    assert.equal(finding(withReply(), 'icmp', 'timed-out'), 'answer-not-taken');
    for (const elsewhere of [
      withReply({ direction: 'request' }),
      withReply({ kind: 'icmp-error' }),
      withReply({}, { facts: { kind: 'udp', source: service } }),
      withReply({}, { facts: { kind: 'icmp', source: ip('10.0.2.11') } }),
      withReply({}, { to: 'router' }),
      withReply({}, { arrival: { fate: 'dropped' } }),
      withReply({}, { received: false }),
    ])
      assert.equal(finding(elsewhere, 'icmp', 'timed-out'), undefined);
  });

  it('is not said of a client that did not tell how it went', () => {
    for (const outcome of ['untold', 'cut', 'unsent'])
      assert.equal(finding(withReply(), 'icmp', outcome), undefined, outcome);
  });
});
