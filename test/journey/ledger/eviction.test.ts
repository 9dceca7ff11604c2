import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import { EventLog } from '../../../src/journey/records/event-log.ts';
import { FrameStore } from '../../../src/journey/records/frame-store.ts';
import { meetsExpectation } from '../../../src/journey/expectation.ts';
import { totalsOf } from '../../../src/journey/request-totals.ts';
import type { Report, Request } from '../../../src/journey/report.ts';
import { makeTranslate } from '../../support/translate.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { planOf, runLab } from '../../lab/embedded/testbed.ts';
import { reportOfEvents } from '../build-report.ts';
import { Mirror } from '../mirror.ts';

/** Answered over TCP, UDP and ICMP; refused; lost, and never sent. */
const text = `
model: dr
service: { vip: 10.0.1.100, port: 80, servers: [rs1] }
segments: { lan: 10.0.1.0/24 }
nodes:
  client: { role: client, at: { lan: 10.0.1.10 } }
  other: { role: client, at: { lan: 10.0.1.11 } }
  director: { role: director, at: { lan: 10.0.1.2 } }
  rs1: { role: server, at: { lan: 10.0.1.21 } }
  rs2: { role: server, at: { lan: 10.0.1.22 }, listen: [53] }
traffic:
  - { from: client, count: 80, every: 1s, timeout: 2s }
  - { from: client, to: 10.0.1.22, port: 81, count: 40, every: 1500ms, timeout: 2s }
  - { from: other, to: 10.0.1.22, port: 53, protocol: udp, count: 80, every: 700ms, timeout: 1s, sourcePort: 4000 }
  - { from: other, to: 10.0.1.21, protocol: icmp, count: 40, every: 1s, timeout: 1s }
  - { from: other, count: 60, every: 500ms, timeout: 1s }
events:
  - { at: 20s, stop: rs1 }
  - { at: 40s, start: rs1 }
  - { at: 50s, stop: other }
`;
const MOST_FRAMES = 200;

function builderOf(plan: Plan, maxFrames: number): JourneyBuilder {
  return new JourneyBuilder(plan, {
    engine: 'embedded',
    startedAt: '2026-01-01T00:00:00.000000000Z',
    translate: makeTranslate('en'),
    maxFrames,
  });
}

/** How many there were of each kind. */
function counted(requests: Iterable<Pick<Request, 'protocol' | 'outcome' | 'finding' | 'times'>>) {
  const counts: Record<string, number> = {};
  for (const { protocol, outcome, finding = '', times = 1 } of requests) {
    const key = `${protocol} ${outcome} ${finding}`;
    counts[key] = (counts[key] ?? 0) + times;
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
}
const all = ({ requests, evictedRequests }: Pick<Report, 'requests' | 'evictedRequests'>) => [
  ...requests,
  ...evictedRequests,
];

describe('requests in a recording that holds only so much', () => {
  const { plan, events } = runLab(planOf(text));
  const play = (maxFrames: number, order: readonly LabEvent[] = events, pace = 200) => {
    const builder = builderOf(plan, maxFrames);
    const mirror = new Mirror();
    let most = 0;
    for (const [index, event] of order.entries()) {
      builder.add([event]);
      if (index % pace !== 0) continue;
      mirror.apply(builder.update());
      most = Math.max(most, mirror.requests.size);
    }
    // Twice: at first events may be held back for late ones.
    mirror.apply(builder.update());
    mirror.apply(builder.update());
    return { builder, mirror, most, report: builder.report() };
  };
  const whole = reportOfEvents(plan, events);

  it('are as the test means them, when all is kept', () => {
    assert.deepEqual(whole.evictedRequests, []);
    assert.equal(totalsOf(whole.requests).asked, 300);
    const kinds = Object.keys(counted(whole.requests));
    for (const kind of ['tcp answered ', 'tcp refused ', 'tcp lost ', 'udp answered ', 'icmp answered '])
      assert.ok(kinds.includes(kind), kinds.join());
    assert.ok(kinds.some((kind) => kind.includes('unsent')));
  });

  it('go with their flows, and all are counted by what came of them', () => {
    const { report, mirror, most } = play(MOST_FRAMES);
    assert.ok(report.requests.length < 80, String(report.requests.length));
    assert.ok(most < 150, String(most));
    assert.deepEqual(totalsOf(all(report)), totalsOf(whole.requests));
    assert.deepEqual(counted(all(report)), counted(whole.requests));
    // Who follows has the same ones, and counts the same.
    assert.deepEqual(
      [...mirror.requests.keys()].sort((a, b) => a - b),
      report.requests.map(({ id }) => id),
    );
    assert.deepEqual(mirror.last!.evictedRequests, report.evictedRequests);
  });

  it('without any frames the oldest go', () => {
    const unsent = planOf(text.replace('at: 20s, stop: rs1', 'at: 1s, stop: client'));
    const run = runLab(unsent);
    const [report, kept] = [MOST_FRAMES, Infinity].map((most) => {
      const builder = builderOf(unsent, most);
      builder.add(run.events);
      return builder.report();
    }) as [Report, Report];
    const idle = report.requests.filter(({ flows }) => flows.length === 0);
    assert.ok(idle.length <= (MOST_FRAMES / 4) * 1.2, String(idle.length));
    assert.deepEqual(totalsOf(all(report)), totalsOf(kept.requests));
    assert.ok(totalsOf(report.evictedRequests).unsent > 50);
    assert.equal(report.requests.at(-1)!.id, kept.requests.at(-1)!.id);
  });

  it('are not taken up again when an event comes late', () => {
    const order = [...events];
    const at = order.findLastIndex(({ kind }) => kind === 'frame');
    for (const back of [40, 400, 900]) {
      const [late] = order.splice(at - back, 1);
      order.splice(at - back + 30, 0, late!);
    }
    const { report, mirror } = play(MOST_FRAMES, order);
    assert.equal(totalsOf(all(report)).asked, 300);
    assert.deepEqual(
      [...mirror.requests.keys()].sort((a, b) => a - b),
      report.requests.map(({ id }) => id),
    );
  });

  it('are no success when one that is not kept was none', () => {
    const builder = builderOf(plan, MOST_FRAMES);
    builder.add(events);
    const report = builder.report();
    const answered = report.requests.filter(({ outcome }) => outcome === 'answered');
    assert.ok(answered.length > 0);
    const { ok, differences } = meetsExpectation({ ...report, promises: [], requests: answered });
    assert.equal(ok, false);
    assert.match(differences[0]!.observed, /lost, refused/);
  });

  it('their events are forgotten too', () => {
    const log = new EventLog(new FrameStore());
    const requests = events.filter((event) => event.kind === 'request');
    for (const event of requests) log.add(event);
    log.take(true, 0);
    const gone = new Set(requests.slice(0, 100).map(({ id }) => id));
    for (let timeNs = 1; timeNs <= 50; timeNs++)
      log.add({ kind: 'host', timeNs: timeNs * 1e9, node: 'client', reason: 'no-route' });
    log.take(true, 0);
    log.sweep(-Infinity, gone, 20);
    log.add({ kind: 'skip', timeNs: 0, durationNs: 1 });
    const { again, events: kept } = log.take(true, Infinity);
    assert.ok(again);
    assert.deepEqual(
      kept.filter(({ kind }) => kind === 'request'),
      requests.filter(({ id }) => !gone.has(id)),
    );
    assert.equal(kept.filter(({ kind }) => kind === 'host').length, 20);
  });
});
