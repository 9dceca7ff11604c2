import assert from 'node:assert/strict';
import type { StepField } from '../../../src/panel-protocol/predict.ts';
import { marksOf, noScore, rightIn, scored } from '../../../src/webview/predict/score.ts';

const field = (name: StepField['field'], ...right: StepField['right']): StepField => ({
  field: name,
  before: 'a',
  after: 'b',
  right,
  why: 'because',
});

describe('webview: the score of Predict', () => {
  const fields = [
    field('dst.mac', 'server'),
    field('src.ip', 'unchanged'),
    field('dst.port', 'unchanged', 'server'),
  ];

  it('what was not said stays unchanged; each right guess counts', () => {
    const said = (guesses: Parameters<typeof marksOf>[1]) =>
      marksOf(fields, guesses).map(({ isRight }) => isRight);
    assert.deepEqual(said({}), [false, true, true]);
    assert.deepEqual(said({ 'dst.mac': 'server', 'dst.port': 'server' }), [true, true, true]);
    assert.deepEqual(said({ 'dst.mac': 'client', 'src.ip': 'director', 'dst.port': 'vip' }), [
      false,
      false,
      false,
    ]);
  });

  it('counts fields, and hops without a miss', () => {
    const good = marksOf(fields, { 'dst.mac': 'server' });
    const bad = marksOf(fields, {});
    assert.deepEqual([rightIn(good), rightIn(bad)], [3, 2]);
    assert.deepEqual(scored(scored(noScore, good), bad), { fields: 6, right: 5, steps: 2, whole: 1 });
  });

  it('where nobody can be named, no guess is right', () => {
    assert.equal(marksOf([field('src.ip')], { 'src.ip': 'server' })[0]!.isRight, false);
  });
});
