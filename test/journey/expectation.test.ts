import assert from 'node:assert/strict';
import { meetsExpectation } from '../../src/journey/expectation.ts';
import type { Expectation } from '../../src/lab/topology/plan.ts';
import { reportOf } from './build-report.ts';
import { drTable, Story } from './oracle.ts';
import { drText, planOf } from './plans.ts';

const nothing: Expectation = { outcomes: [], broken: [], explanations: [], problems: [] };
const healthy = () => reportOf(new Story(planOf(drText)).talk(drTable()));
const refused = () => reportOf(new Story(planOf(drText)).talk(drTable(), ['syn', 'rst']));

describe('meetsExpectation', () => {
  it('without an expectation wants every flow answered and no promise broken', () => {
    assert.deepEqual(meetsExpectation(healthy()), { ok: true, differences: [] });
    assert.deepEqual(meetsExpectation(refused()).differences, [
      { what: 'outcomes', expected: 'answered', observed: 'refused' },
    ]);
    const spoiled = new Story(planOf(drText)).talk(drTable(), undefined, (step) => {
      if (step.leg === 2) step.ttl = 9;
    });
    assert.deepEqual(meetsExpectation(reportOf(spoiled)).differences, [
      { what: 'broken', expected: '', observed: 'headers' },
    ]);
  });

  it('is not content with a run in which nothing happened', () => {
    assert.equal(meetsExpectation(reportOf(new Story(planOf(drText)))).ok, false);
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
    assert.equal(meetsExpectation(reportOf(story)).ok, true);
  });
});
