import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { QUIET_MS, ReloadTiming } from '../../../../src/extension/core/labs/reload-timing.ts';

describe('when a saved file goes to its lab', () => {
  let applied: string[];
  let timing: ReloadTiming;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    applied = [];
    timing = new ReloadTiming((uri) => applied.push(uri));
  });
  afterEach(() => {
    timing.dispose();
    mock.timers.reset();
  });

  it('at once after a manual save and a change on disk', () => {
    timing.saved('a', 'manual');
    timing.saved('b', 'on-disk');
    assert.deepEqual(applied, ['a', 'b']);
  });

  it('after a second without typing when the editor saved by itself', () => {
    timing.saved('a', 'automatic');
    mock.timers.tick(QUIET_MS - 1);
    timing.typed('a');
    mock.timers.tick(QUIET_MS - 1);
    assert.deepEqual(applied, []);
    mock.timers.tick(1);
    assert.deepEqual(applied, ['a']);
  });

  it('once, when a manual save comes before the second is over', () => {
    timing.saved('a', 'automatic');
    timing.saved('a', 'manual');
    mock.timers.tick(QUIET_MS * 2);
    assert.deepEqual(applied, ['a']);
  });

  it('typing alone applies nothing, and nothing comes after the end', () => {
    timing.typed('a');
    timing.saved('b', 'automatic');
    timing.dispose();
    mock.timers.tick(QUIET_MS * 2);
    assert.deepEqual(applied, []);
  });
});
