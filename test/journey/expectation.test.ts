import assert from 'node:assert/strict';
import { expectedAt, meetsExpectation, meetsProblems } from '../../src/journey/expectation.ts';
import type { Flow, Report, Request } from '../../src/journey/report.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import type { Expectation } from '../../src/lab/topology/plan.ts';
import type { Problem } from '../../src/lab/topology/problem.ts';
import { reportOf } from './build-report.ts';
import { drTable, Story } from './oracle.ts';
import { drText, planOf } from './plans.ts';

const nothing: Expectation = { outcomes: [], broken: [], explanations: [], problems: [] };

function asking(report: Report, ...requests: readonly Partial<Request>[]): Report {
  const request = {
    id: 1,
    client: 'client',
    address: '10.0.2.100',
    port: 80,
    protocol: 'tcp',
    by: 'file',
    request: 'GET /',
    askedNs: 0,
    outcome: 'answered',
    flows: [],
  } as const;
  return { ...report, requests: requests.map((more) => ({ ...request, ...more })) };
}

const healthy = () => asking(reportOf(new Story(planOf(drText)).talk(drTable())), {});
const refused = () =>
  asking(reportOf(new Story(planOf(drText)).talk(drTable(), ['syn', 'rst'])), { outcome: 'refused' });

describe('meetsExpectation', () => {
  it('asks for pings too where nothing is expected, and leaves them alone where something is', () => {
    const report = asking(
      reportOf(new Story(planOf(drText)).talk(drTable())),
      {},
      { id: 2, protocol: 'icmp', outcome: 'lost' },
    );
    assert.equal(meetsExpectation(report).ok, false);
    assert.deepEqual(meetsExpectation(report, { ...nothing, outcomes: ['answered'] }), {
      ok: true,
      differences: [],
    });
  });

  it('without an expectation wants everything answered that was asked, and no promise broken', () => {
    assert.deepEqual(meetsExpectation(healthy()), { ok: true, differences: [] });
    assert.deepEqual(meetsExpectation(refused()).differences, [
      { what: 'outcomes', expected: 'answered', observed: 'refused' },
    ]);
    const spoiled = new Story(planOf(drText)).talk(drTable(), undefined, (step) => {
      if (step.leg === 2) step.ttl = 9;
    });
    assert.deepEqual(meetsExpectation(asking(reportOf(spoiled), {})).differences, [
      { what: 'broken', expected: '', observed: 'headers' },
    ]);
  });

  it('follows what was asked, not what frames show', () => {
    for (const outcome of ['partial', 'lost', 'unsent', 'ambiguous', 'open'] as const)
      for (const protocol of ['tcp', 'udp', 'icmp'] as const) {
        const report = asking(healthy(), {}, { outcome, protocol });
        assert.equal(meetsExpectation(report).ok, false, `${outcome} ${protocol}`);
      }
  });

  it('is not content where client and frames disagree, whatever is expected', () => {
    const report = asking(healthy(), { finding: 'answer-not-seen' });
    const difference = { what: 'findings', expected: '', observed: 'answer-not-seen' };
    assert.deepEqual(meetsExpectation(report).differences, [difference]);
    assert.deepEqual(meetsExpectation(report, { ...nothing, outcomes: ['answered'] }).differences, [
      difference,
    ]);
  });

  it('is not content with a run in which nothing was asked', () => {
    assert.equal(meetsExpectation(reportOf(new Story(planOf(drText)))).ok, false);
    assert.equal(meetsExpectation(asking(healthy())).ok, false);
  });

  it('of a capture, which has no asker, judges the flows', () => {
    assert.equal(meetsExpectation({ ...asking(healthy()), engine: 'capture' }).ok, true);
    assert.equal(meetsExpectation({ ...asking(refused()), engine: 'capture' }).ok, false);
  });

  it('of a capture does not ask for the end of a flow that was recorded in part', () => {
    const report = healthy();
    const seen = (change: Partial<Flow>) =>
      meetsExpectation(
        { ...report, engine: 'capture', flows: [{ ...report.flows[0]!, ...change }] },
        { ...nothing, outcomes: [] },
      ).differences.map(({ observed }) => observed);
    const [open, answered] = [{ kind: 'open' }, { kind: 'answered' }] as const;
    assert.deepEqual(seen({ outcome: open }), ['open']);
    assert.deepEqual(seen({ outcome: open, partial: 'capture' }), []);
    assert.deepEqual(seen({ outcome: answered, partial: 'capture' }), ['answered']);
  });

  it('with one wants exactly that', () => {
    const expect: Expectation = { ...nothing, outcomes: ['refused'], explanations: ['connection-refused'] };
    assert.equal(meetsExpectation(refused(), expect).ok, true);
    assert.deepEqual(meetsExpectation(healthy(), expect).differences, [
      { what: 'outcomes', expected: 'refused', observed: 'answered' },
      { what: 'explanations', expected: 'connection-refused', observed: '' },
    ]);
    assert.deepEqual(
      meetsExpectation(refused(), { ...expect, broken: ['headers'], outcomes: ['answered', 'refused'] })
        .differences,
      [
        { what: 'outcomes', expected: 'answered, refused', observed: 'refused' },
        { what: 'broken', expected: 'headers', observed: '' },
      ],
    );
  });

  it('leaves ARP exchanges out', () => {
    const story = new Story(planOf(drText))
      .arp('outside', 'client', '10.0.1.10', '10.0.1.77')
      .talk(drTable());
    assert.equal(meetsExpectation({ ...reportOf(story), engine: 'capture' }).ok, true);
  });
});

describe('meetsProblems', () => {
  const problem = (code: string, severity: Problem['severity']) => ({ code, severity }) as Problem;
  const found = [problem('wrong-role', 'error'), problem('no-path-back', 'warning')];

  it('wants the errors that are expected, and leaves warnings alone', () => {
    assert.deepEqual(meetsProblems(found, { ...nothing, problems: ['wrong-role'] }), {
      ok: true,
      differences: [],
    });
    for (const [expect, expected] of [
      [undefined, ''],
      [{ ...nothing, problems: ['no-path-back'] }, 'no-path-back'],
    ] as const)
      assert.deepEqual(meetsProblems(found, expect), {
        ok: false,
        differences: [{ what: 'problems', expected, observed: 'wrong-role' }],
      });
  });
});

describe('what was expected stands in the file', () => {
  it('at its key, else at that of `expect:`, else at the first', () => {
    const linesOf = (text: string) => {
      const { places } = loadTopology(text, 'test.lblab.yaml');
      return (['outcomes', 'broken'] as const).map((what) => expectedAt({ what }, places));
    };
    const expecting = `${drText}expect:\n  outcomes: [refused]\n`;
    const line = expecting.split('\n').indexOf('expect:') + 1;
    assert.deepEqual(linesOf(expecting), [line + 1, line]);
    assert.deepEqual(linesOf(drText), [2, 2]);
  });
});
