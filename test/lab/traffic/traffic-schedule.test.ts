import assert from 'node:assert/strict';
import type { Plan, PlannedTraffic } from '../../../src/lab/topology/plan.ts';
import type { RequestEvent } from '../../../src/lab/events.ts';
import { loadEnd } from '../../../src/lab/traffic/load-end.ts';
import { TrafficSchedule, type RequestEnded } from '../../../src/lab/traffic/traffic-schedule.ts';
import { VirtualClock } from '../../../src/lab/embedded/clock.ts';
import { exampleText, planOf } from '../embedded/testbed.ts';
import { endsIn } from '../request-ends.ts';

const plan = planOf(exampleText('dr'));
const [first] = plan.traffic;

interface Sent {
  readonly at: number;
  readonly id: number;
  readonly request: string;
  readonly end: RequestEnded;
}

function schedule(canSend = true) {
  const clock = new VirtualClock();
  const sent: Sent[] = [];
  const loads: RequestEnded[] = [];
  const events: RequestEvent[] = [];
  const traffic = new TrafficSchedule({
    now: () => clock.now(),
    after: (delayNs, run) => clock.after(delayNs, run),
    send: ({ id, entry }, end) => {
      if (!canSend) {
        end({ outcome: 'unsent', reason: 'node-paused' });
        return undefined;
      }
      sent.push({ at: clock.now(), id, request: entry.request, end });
      return 40_000 + id;
    },
    load: (_, end) => void loads.push(end),
    tell: (event) => events.push(event),
  });
  const ends = () => endsIn(events).map(({ outcome, startNs, endNs }) => [startNs, endNs, outcome]);
  return { clock, sent, loads, events, traffic, ends };
}

const withTraffic = (...entries: Partial<PlannedTraffic>[]): Plan => ({
  ...plan,
  traffic: entries.map((entry) => ({ ...first!, afterNs: 0, everyNs: 10, count: 3, ...entry })),
});

describe('Traffic schedule', () => {
  it('sends each entry when it is due, and tells of each request at its beginning and its end', () => {
    const { clock, sent, events, traffic, ends } = schedule();
    traffic.follow(withTraffic({ request: 'GET /a' }, { request: 'GET /b', afterNs: 5, count: 1 }));
    clock.runUntil(100);
    assert.deepEqual(
      sent.map(({ at, request }) => [at, request]),
      [
        [0, 'GET /a'],
        [5, 'GET /b'],
        [10, 'GET /a'],
        [20, 'GET /a'],
      ],
    );
    assert.deepEqual(
      events.map(({ id, timeNs, by, sourcePort, end }) => [id, timeNs, by, sourcePort, end]),
      [0, 5, 10, 20].map((timeNs, index) => [index + 1, timeNs, 'file', 40_001 + index, undefined]),
    );
    assert.equal(traffic.done, false);
    for (const { end } of sent.toReversed()) end({ outcome: 'answered' });
    assert.equal(traffic.done, true);
    assert.deepEqual(
      ends(),
      [20, 10, 5, 0].map((startNs) => [startNs, 100, 'answered']),
    );
  });

  it('entries that stay go on where they are, new ones start from now, the rest is cancelled', () => {
    const { clock, sent, traffic } = schedule();
    traffic.follow(withTraffic({ request: 'GET /stays' }, { request: 'GET /goes' }));
    clock.runUntil(15);
    traffic.follow(withTraffic({ request: 'GET /stays' }, { request: 'GET /new' }));
    clock.runUntil(100);
    const times = (request: string) => sent.filter((one) => one.request === request).map(({ at }) => at);
    assert.deepEqual(times('GET /stays'), [0, 10, 20]);
    assert.deepEqual(times('GET /goes'), [0, 10]);
    assert.deepEqual(times('GET /new'), [15, 25, 35]);
  });

  it('a request tells its end once, at once when its client cannot ask, and its beginning first', () => {
    const able = schedule();
    able.traffic.follow(withTraffic());
    let ends = 0;
    able.traffic.request(first!, 'hand', () => (ends += 1));
    assert.equal(ends, 0);
    able.sent[0]!.end({ outcome: 'refused' });
    able.sent[0]!.end({ outcome: 'timed-out' });
    assert.equal(ends, 1);
    assert.deepEqual(able.ends(), [[0, 0, 'refused']]);
    const unable = schedule(false);
    unable.traffic.follow(withTraffic());
    unable.traffic.request(first!, 'hand', () => (ends += 1));
    assert.equal(ends, 2);
    assert.equal(unable.traffic.done, true);
    assert.deepEqual(
      unable.events.map(({ id, by, end }) => [id, by, end]),
      [
        [1, 'hand', undefined],
        [1, 'hand', { outcome: 'unsent', reason: 'node-paused' }],
      ],
    );
  });

  it('a source port that is known at the end only is told then', () => {
    const { events, traffic } = schedule();
    const load = { connections: 2, durationNs: 50 };
    traffic.follow(withTraffic({ load, count: 1 }));
    traffic.request({ ...first!, load }, 'hand');
    assert.equal(events[0]!.sourcePort, undefined);
  });

  it('a load is one request, told when it ends', () => {
    const { clock, sent, loads, events, traffic, ends } = schedule();
    const load = { connections: 2, durationNs: 50 };
    traffic.follow(withTraffic({ load, count: 1, afterNs: 5 }));
    clock.runUntil(60);
    assert.equal(sent.length, 0);
    assert.equal(traffic.done, false);
    const result = { requests: 7, errors: 0, durationNs: 50, bytes: 1, p50Ns: 2, p99Ns: 3, limited: false };
    loads[0]!(loadEnd(result), 5);
    assert.deepEqual(events.at(-1)?.end?.load, result);
    for (const some of [
      { ...result, requests: 0, errors: 3 },
      { ...result, errors: 3 },
    ]) {
      traffic.request({ ...first!, load }, 'hand');
      loads.at(-1)!(loadEnd(some));
    }
    assert.deepEqual(ends(), [
      [5, 60, 'answered'],
      [60, 60, 'timed-out'],
      [60, 60, 'partial'],
    ]);
  });

  it('sends nothing more once it is stopped, and tells nothing', () => {
    const { clock, sent, events, traffic } = schedule();
    traffic.follow(withTraffic({}));
    clock.runUntil(5);
    traffic.stop();
    clock.runUntil(100);
    traffic.request(first!, 'hand');
    sent[0]!.end({ outcome: 'answered' });
    assert.equal(sent.length, 1);
    assert.equal(events.length, 1);
  });

  it('cut short, it tells what was under way, and how many were never sent', () => {
    const { clock, sent, events, traffic } = schedule();
    traffic.follow(withTraffic({ count: 1000 }, { count: 1 }, { afterNs: 500, count: 2 }));
    clock.runUntil(15);
    sent[0]!.end({ outcome: 'answered' });
    traffic.cut();
    clock.runUntil(10_000);
    assert.equal(sent.length, 3);
    assert.deepEqual(
      events
        .filter(({ end }) => end && end.outcome !== 'answered')
        .map(({ id, timeNs, times = 1, end }) => [id, timeNs, times, end!.outcome, end!.reason]),
      [
        [2, 15, 1, 'cut', undefined],
        [3, 15, 1, 'cut', undefined],
        [4, 15, 998, 'unsent', 'cut'],
        [5, 15, 2, 'unsent', 'cut'],
      ],
    );
    assert.equal(traffic.done, true);
  });
});
