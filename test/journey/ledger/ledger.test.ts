import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { meetsExpectation } from '../../../src/journey/expectation.ts';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import { totalsOf } from '../../../src/journey/request-totals.ts';
import type { Flow, Report, Request } from '../../../src/journey/report.ts';
import { makeTranslate } from '../../support/translate.ts';
import type { LabEvent, RequestEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { exampleText, planOf, runLab, startLab, SECOND } from '../../lab/embedded/testbed.ts';
import { reportOfEvents } from '../build-report.ts';
import { Mirror } from '../mirror.ts';

const caseText = (name: string) =>
  readFileSync(new URL(`../../cases/${name}.lblab.yaml`, import.meta.url), 'utf8');

function reportOf(text: string): Report {
  const run = runLab(planOf(text));
  void run.engine.stop();
  return reportOfEvents(run.plan, run.events);
}

const dr = (traffic: string, protocol = 'tcp') => `
model: dr
service: { vip: 10.0.1.100, port: 80, protocol: ${protocol} }
segments: { lan: 10.0.1.0/24 }
nodes:
  client: { role: client, at: { lan: 10.0.1.10 } }
  director: { role: director, at: { lan: 10.0.1.2 } }
  rs1: { role: server, at: { lan: 10.0.1.11 } }
traffic: [${traffic}]
`;

const asked = ({ flows }: Report): Flow[] => flows.filter(({ kind }) => kind !== 'arp');

/** The events of a run of one request, each request event as `change` makes it. */
function told(
  change: (event: RequestEvent) => RequestEvent,
  keep: (event: LabEvent) => boolean = () => true,
) {
  const run = runLab(planOf(dr('{ from: client, count: 1, response: 5000 }')));
  const events = run.events
    .filter(keep)
    .map((event) => (event.kind === 'request' ? change(event) : event))
    .sort((a, b) => a.timeNs - b.timeNs);
  return { plan: run.plan, events };
}

const only = ({ requests }: Report): Request => {
  assert.equal(requests.length, 1);
  return requests[0]!;
};

describe('the request ledger', () => {
  it('of ten datagrams from one port says which were answered, and that the others were lost on the link', () => {
    const report = reportOf(caseText('udp-false-green'));
    const totals = totalsOf(report.requests);
    assert.equal(totals.asked, 10);
    assert.ok(totals.answered > 0 && totals.answered < 10, String(totals.answered));
    const flows = asked(report);
    assert.equal(
      flows.reduce((sum, { requests }) => sum + requests!.asked, 0),
      10,
    );
    assert.equal(
      flows.reduce((sum, { requests }) => sum + requests!.answered, 0),
      totals.answered,
    );
    for (const { outcome, requests } of flows)
      if (requests!.answered < requests!.asked) {
        assert.ok(outcome.kind === 'lost');
        assert.deepEqual([outcome.at, outcome.reason], ['rs1', 'link-loss']);
      }
    assert.equal(meetsExpectation(report).ok, false);
  });

  it('of an answer that broke off says how much came', () => {
    const report = reportOf(caseText('partial-answer'));
    const { outcome, bytes, ofBytes } = only(report);
    assert.equal(outcome, 'partial');
    assert.equal(ofBytes, 400_000);
    assert.ok(bytes! > 0 && bytes! < 400_000);
    const [flow] = asked(report);
    assert.deepEqual(flow!.outcome, { kind: 'partial', bytes, ofBytes, frames: [] });
    assert.equal(meetsExpectation(report).ok, false);
    assert.equal(
      meetsExpectation(report, {
        outcomes: ['partial'],
        broken: [],
        explanations: ['client-gave-up'],
        problems: [],
      }).ok,
      true,
    );
  });

  it('waits for a request however late it is', () => {
    const report = reportOf(caseText('cut-persistence'));
    assert.deepEqual(
      report.requests.map(({ askedNs, outcome }) => [askedNs, outcome]),
      [
        [0, 'answered'],
        [430 * SECOND, 'answered'],
      ],
    );
    assert.equal(meetsExpectation(report).ok, true);
  });

  it('of a run that is cut says what was never sent and what was under way', () => {
    const run = startLab(planOf(dr('{ from: client, count: 1000, every: 1s }')));
    run.engine.run(2 * SECOND + 150_000);
    void run.engine.stop();
    const report = reportOfEvents(run.plan, run.events);
    assert.deepEqual(
      report.requests.map(({ times = 1, outcome, reason }) => [times, outcome, reason]),
      [
        [1, 'answered', undefined],
        [1, 'answered', undefined],
        [1, 'open', undefined],
        [997, 'unsent', 'cut'],
      ],
    );
    assert.deepEqual(asked(report).at(-1)!.outcome, { kind: 'open', reason: 'cut' });
    assert.deepEqual(totalsOf(report.requests), { asked: 1000, answered: 2, unsent: 997, open: 1 });
    assert.equal(meetsExpectation(report).ok, false);
  });

  it('has what never became a packet', () => {
    const run = startLab(
      planOf(
        dr(
          '{ from: client, count: 1, sourcePort: 5060 }, { from: client, count: 1, sourcePort: 5060 }, { from: client, count: 1, after: 3s }',
        ),
      ),
    );
    run.engine.run(2 * SECOND);
    run.engine.setNodeNow('client', 'paused');
    run.engine.run(2 * SECOND);
    void run.engine.stop();
    const report = reportOfEvents(run.plan, run.events);
    assert.deepEqual(
      report.requests.map(({ outcome, reason, flows }) => [outcome, reason, flows.length]),
      [
        ['answered', undefined, 1],
        ['unsent', 'port-in-use', 0],
        ['unsent', 'node-paused', 0],
      ],
    );
  });

  it('tells what was asked by hand from what the file asks', async () => {
    const run = runLab(planOf(dr('{ from: client, count: 1 }')));
    await run.engine.request();
    run.engine.runUntilSettled(SECOND);
    const { requests } = reportOfEvents(run.plan, run.events);
    assert.deepEqual(
      requests.map(({ id, by, outcome, flows }) => [id, by, outcome, flows.length]),
      [
        [1, 'file', 'answered', 1],
        [2, 'hand', 'answered', 1],
      ],
    );
  });

  it('an answer that comes when the client has given up is none, nor is it the next one’s', () => {
    const late = dr('{ from: client, count: 3, every: 1s, sourcePort: 5060, timeout: 500ms }', 'udp').replace(
      'rs1: { role: server, at: { lan: 10.0.1.11 } }',
      'rs1: { role: server, at: { lan: { address: 10.0.1.11, delay: 600ms } } }',
    );
    const report = reportOf(late);
    assert.deepEqual(
      report.requests.map(({ outcome, finding }) => [outcome, finding]),
      [
        ['lost', undefined],
        ['lost', undefined],
        ['lost', undefined],
      ],
    );
    assert.ok(asked(report).every(({ outcome }) => outcome.kind !== 'answered'));
  });

  it('names the node that was down, not the one that sent to it', () => {
    const run = runLab(planOf(dr('{ from: client, count: 1 }')));
    run.engine.setNodeNow('director', 'stopped');
    void run.engine.request();
    run.engine.runUntilSettled(1000 * SECOND);
    const report = reportOfEvents(run.plan, run.events);
    const { outcome } = asked(report).at(-1)!;
    assert.ok(outcome.kind === 'lost');
    assert.deepEqual([outcome.at, outcome.reason], ['director', 'node-down']);
    assert.deepEqual(
      report.requests.map((request) => request.outcome),
      ['answered', 'lost'],
    );
  });

  describe('joins requests and flows', () => {
    const flowsBy = (change: (event: RequestEvent) => RequestEvent) => {
      const run = runLab(planOf(exampleText('dr')));
      const events = run.events.map((event) => (event.kind === 'request' ? change(event) : event));
      return reportOfEvents(run.plan, events).requests.map(({ flows }) => flows);
    };
    const known = flowsBy((event) => event);

    it('by the source port', () => {
      assert.ok(known.every(({ length }) => length === 1));
      assert.equal(new Set(known.flat()).size, known.length);
    });

    it('when the port is known at the end only', () => {
      assert.deepEqual(
        flowsBy(({ sourcePort, ...event }) => ({
          ...event,
          ...(event.end && sourcePort !== undefined && { sourcePort }),
        })),
        known,
      );
    });

    it('by their times when it is never known', () => {
      const blind = flowsBy((event) => {
        const { sourcePort, ...blinded } = event;
        assert.ok(sourcePort !== undefined);
        return blinded;
      });
      assert.equal(new Set(blind.flat()).size, known.length);
    });
  });

  describe('where client and frames disagree', () => {
    it('says nothing while they agree', () => {
      const { plan, events } = told((event) => event);
      assert.equal(only(reportOfEvents(plan, events)).finding, undefined);
    });

    it('an answer that no frame shows is told', () => {
      // The client's captures of what comes in are gone.
      const { plan, events } = told(
        (event) => event,
        (event) =>
          event.kind !== 'frame' ||
          event.node !== 'client' ||
          event.direction === 'out' ||
          event.bytes.length < 100,
      );
      const report = reportOfEvents(plan, events);
      assert.equal(only(report).finding, 'answer-not-seen');
      assert.deepEqual(
        meetsExpectation(report).differences.map(({ what }) => what),
        ['findings'],
      );
    });

    it('an answer that came whole and in time, and that the client does not know of, is told', () => {
      for (const outcome of ['timed-out', 'partial', 'refused'] as const) {
        const { plan, events } = told((event) =>
          event.end ? { ...event, timeNs: event.timeNs + SECOND, end: { outcome } } : event,
        );
        assert.equal(only(reportOfEvents(plan, events)).finding, 'answer-not-taken', outcome);
      }
    });

    it('an answer that came too late is no contradiction', () => {
      const { plan, events } = told((event) =>
        event.end ? { ...event, end: { outcome: 'timed-out' } } : event,
      );
      assert.equal(only(reportOfEvents(plan, events)).finding, undefined);
    });

    it('nothing is said where the recording lacks frames', () => {
      const { plan, events } = told(
        (event) => event,
        (event) =>
          event.kind !== 'frame' ||
          event.node !== 'client' ||
          event.direction === 'out' ||
          event.bytes.length < 100,
      );
      const loss: LabEvent = {
        kind: 'loss',
        timeNs: 1,
        node: 'client',
        segment: 'lan',
        frames: 3,
        reason: 'kernel',
      };
      assert.equal(only(reportOfEvents(plan, [...events, loss])).finding, undefined);
    });
  });

  it('says the same however its events are split into updates', () => {
    const run = runLab(planOf(caseText('udp-false-green')));
    const whole = reportOfEvents(run.plan, run.events);
    for (const size of [1, 7, 40]) {
      const builder = builderOf(run.plan);
      const mirror = new Mirror();
      for (const [index, event] of run.events.entries()) {
        builder.add([event]);
        if (index % size === 0) mirror.apply(builder.update());
      }
      mirror.apply(builder.update());
      assert.deepEqual(
        [...mirror.requests.values()].sort((a, b) => a.id - b.id),
        whole.requests,
      );
      assert.deepEqual(
        [...mirror.flows.values()].map(({ outcome }) => outcome.kind).sort(),
        whole.flows.map(({ outcome }) => outcome.kind).sort(),
      );
    }
  });

  it('counts what was asked when its frames are not kept any more', () => {
    const run = runLab(planOf(dr('{ from: client, count: 20, every: 1s }')));
    const builder = builderOf(run.plan, 100);
    builder.add(run.events);
    const report = builder.report();
    assert.ok(report.counters.evictedFlows > 0);
    const requests = [...report.requests, ...report.evictedRequests];
    assert.ok(report.requests.length < 20);
    assert.deepEqual(totalsOf(requests), { asked: 20, answered: 20, unsent: 0, open: 0 });
    assert.ok(requests.every(({ finding }) => finding === undefined));
  });
});

function builderOf(plan: Plan, maxFrames = Infinity): JourneyBuilder {
  return new JourneyBuilder(plan, {
    engine: 'embedded',
    startedAt: '2026-01-01T00:00:00.000000000Z',
    translate: makeTranslate('en'),
    maxFrames,
  });
}
