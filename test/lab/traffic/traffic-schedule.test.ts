import assert from 'node:assert/strict';
import type { Plan, PlannedTraffic } from '../../../src/lab/topology/plan.ts';
import type { LoadEvent } from '../../../src/lab/events.ts';
import type { LoadResult } from '../../../src/lab/traffic/load-result.ts';
import type { RequestOutcome } from '../../../src/lab/traffic/request-result.ts';
import { TrafficSchedule } from '../../../src/lab/traffic/traffic-schedule.ts';
import { VirtualClock } from '../../../src/lab/embedded/clock.ts';
import { exampleText, planOf } from '../embedded/testbed.ts';

const plan = planOf(exampleText('dr'));
const [first] = plan.traffic;

interface Sent {
  readonly at: number;
  readonly request: string;
  readonly end: (outcome: RequestOutcome) => void;
}

function schedule(canSend = true) {
  const clock = new VirtualClock();
  const sent: Sent[] = [];
  const loads: ((result: LoadResult | undefined) => void)[] = [];
  const events: LoadEvent[] = [];
  const traffic = new TrafficSchedule({
    now: () => clock.now(),
    after: (delayNs, run) => clock.after(delayNs, run),
    send: ({ request }, _, end) => {
      if (canSend) sent.push({ at: clock.now(), request, end });
      return canSend;
    },
    load: (_, end) => {
      loads.push(end);
      return canSend;
    },
    loaded: (event) => events.push(event),
  });
  return { clock, sent, loads, events, traffic };
}

const withTraffic = (...entries: Partial<PlannedTraffic>[]): Plan => ({
  ...plan,
  traffic: entries.map((entry) => ({ ...first!, afterNs: 0, everyNs: 10, count: 3, ...entry })),
});

describe('Traffic schedule', () => {
  it('sends each entry when it is due, and keeps how each request ended in the order they ended', () => {
    const { clock, sent, traffic } = schedule();
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
    assert.equal(traffic.done, false);
    for (const { end } of sent.toReversed()) end('answered');
    assert.equal(traffic.done, true);
    assert.deepEqual(
      traffic.results.map(({ startNs, endNs, outcome }) => [startNs, endNs, outcome]),
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

  it('a request tells its end once, at once when its client cannot ask', () => {
    const able = schedule();
    able.traffic.follow(withTraffic());
    let ends = 0;
    able.traffic.request(first!, () => (ends += 1));
    assert.equal(ends, 0);
    able.sent[0]!.end('refused');
    able.sent[0]!.end('timed-out');
    assert.equal(ends, 1);
    assert.deepEqual(
      able.traffic.results.map(({ outcome }) => outcome),
      ['refused'],
    );
    const unable = schedule(false);
    unable.traffic.follow(withTraffic());
    unable.traffic.request(first!, () => (ends += 1));
    assert.equal(ends, 2);
    assert.equal(unable.traffic.done, true);
    assert.deepEqual(unable.traffic.results, []);
  });

  it('a load is told when it ends; one that could not be made has timed out', () => {
    const { clock, sent, loads, events, traffic } = schedule();
    const load = { connections: 2, durationNs: 50 };
    traffic.follow(withTraffic({ load, count: 1, afterNs: 5 }));
    clock.runUntil(60);
    assert.equal(sent.length, 0);
    assert.equal(traffic.done, false);
    const result = { requests: 7, errors: 0, durationNs: 50, bytes: 1, p50Ns: 2, p99Ns: 3, limited: false };
    loads[0]!(result);
    assert.deepEqual(
      events.map(({ startNs, timeNs, result: told }) => [startNs, timeNs, told]),
      [[5, 60, result]],
    );
    traffic.request({ ...first!, load });
    loads[1]!(undefined);
    assert.equal(events.length, 1);
    assert.deepEqual(
      traffic.results.map(({ outcome }) => outcome),
      ['answered', 'timed-out'],
    );
  });

  it('sends nothing more once it is stopped', () => {
    const { clock, sent, traffic } = schedule();
    traffic.follow(withTraffic({}));
    clock.runUntil(5);
    traffic.stop();
    clock.runUntil(100);
    traffic.request(first!);
    assert.equal(sent.length, 1);
  });
});
