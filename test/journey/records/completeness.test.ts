import assert from 'node:assert/strict';
import { CapturePoints } from '../../../src/journey/records/capture-points.ts';
import { Completeness } from '../../../src/journey/records/completeness.ts';

const to = (timeNs: number) => ({ from: 'client', to: 'router', timeNs });

describe('how whole the recordings of hosts are', () => {
  const clockErrorsNs = new Map([['router', 10]]);

  it('is asked again where an interface turns out to have been listened to later only', () => {
    const completeness = new Completeness(new CapturePoints());
    completeness.recorded('router', 'outside', 0);
    const { news } = completeness;
    completeness.recorded('router', 'outside', 100);
    assert.equal(completeness.news, news);
    assert.equal(completeness.isUnbroken(to(50), ['inside']), true);
    completeness.recorded('router', 'inside', 100);
    assert.ok(completeness.news > news);
    assert.equal(completeness.isUnbroken(to(50), ['inside']), false);
  });

  it('is asked again, of what was asked too early, once there are records as late', () => {
    const completeness = new Completeness(new CapturePoints({ clockErrorsNs }));
    const record = (timeNs: number) => completeness.recorded('router', 'outside', timeNs);
    record(0);
    record(100);
    assert.equal(completeness.isAwake(to(90), ['outside']), true);
    record(110);
    assert.equal(completeness.takeReached(), Infinity);
    for (const timeNs of [120, 115]) assert.equal(completeness.isAwake(to(timeNs), ['outside']), false);
    record(124);
    assert.equal(completeness.takeReached(), Infinity);
    record(125);
    assert.equal(completeness.takeReached(), 115);
    assert.equal(completeness.takeReached(), Infinity);
    assert.equal(completeness.isAwake(to(115), ['outside']), true);
  });

  it('is not known of a time that may have been before the first record, by clocks that are wrong', () => {
    const points = new CapturePoints({ whole: new Set(['router.outside']), clockErrorsNs });
    const completeness = new Completeness(points);
    for (const timeNs of [100, 200]) completeness.recorded('router', 'outside', timeNs);
    for (const [timeNs, isKnown] of [
      [110, true],
      [109, false],
    ] as const) {
      assert.equal(completeness.isAwake(to(timeNs), ['outside']), isKnown);
      assert.equal(completeness.isUnbroken(to(timeNs), ['outside']), isKnown);
      assert.equal(completeness.isWhole(to(timeNs), 'outside'), isKnown);
    }
  });
});
