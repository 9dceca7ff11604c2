import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  beginChecking,
  checkerDeadline,
  checkerStep,
  probeResults,
  type CheckerAction,
  type CheckerState,
  type CheckTiming,
  type ProbeResult,
} from '../../../src/forwarder/health/checker.ts';

/** keepalived's usual ones of TCP_CHECK, but for the interval. */
const USUAL: CheckTiming = { interval: 60_000, retry: 1, retryDelay: 1000, timeout: 5000 };

interface Told {
  readonly at: number;
  readonly what: string;
}

/** Gives each probe its end, a millisecond after it began; `silent` never ends. */
function play(timing: CheckTiming, ends: readonly (ProbeResult | 'silent')[]): Told[] {
  const told: Told[] = [];
  let state: CheckerState = beginChecking(0);
  let now = 0;
  const hear = (actions: readonly CheckerAction[]) => {
    for (const action of actions)
      told.push({
        at: now,
        what: action.do === 'down' ? `down ${action.how} ${action.failures}` : action.do,
      });
  };
  for (const end of ends) {
    for (const input of ['time', end] as const) {
      if (input === 'time') now = checkerDeadline(timing, state);
      else if (input === 'silent') now = checkerDeadline(timing, state);
      else now += 1;
      const isResult = input !== 'time' && input !== 'silent';
      const step = checkerStep(
        timing,
        state,
        isResult ? { on: 'result', result: input } : { on: 'time' },
        now,
      );
      state = step.state;
      hear(step.actions);
    }
  }
  return told;
}

const words = (told: readonly Told[]) => told.map(({ at, what }) => `${at} ${what}`);

describe('the health check of one server', () => {
  it('is up from the start, and is asked again an interval after each probe', () => {
    assert.deepEqual(words(play(USUAL, ['answered', 'answered'])), ['0 probe', '60001 probe']);
  });

  it('takes it out at the first failure of all, whatever `retry` says', () => {
    assert.deepEqual(words(play({ ...USUAL, retry: 5 }, ['refused'])), ['0 probe', '1 down refused 1']);
  });

  it('later on takes it out after one failure and `retry` more, each after the delay', () => {
    assert.deepEqual(words(play({ ...USUAL, retry: 2 }, ['answered', 'refused', 'silent', 'unreachable'])), [
      ...['0 probe', '60001 probe', '61002 probe', '66002 abandon'],
      ...['67002 probe', '67003 down unreachable 3'],
    ]);
  });

  it('forgets failures when one is answered between them', () => {
    const told = play(USUAL, [
      'answered',
      'refused',
      'answered',
      'refused',
      'answered',
      'refused',
      'refused',
    ]);
    assert.deepEqual(
      told.filter(({ what }) => what !== 'probe').map(({ what }) => what),
      ['down refused 2'],
    );
  });

  it('brings it back at the first answer, and does not hurry while it is down', () => {
    assert.deepEqual(words(play(USUAL, ['refused', 'refused', 'wrong-status', 'answered'])), [
      ...['0 probe', '1 down refused 1', '60001 probe', '120002 probe', '180003 probe', '180004 up'],
    ]);
  });

  it('needs no longer than keepalived does at worst: 61 s for a port that refuses, 71 s for silence', () => {
    const downAfter = (end: ProbeResult | 'silent') => {
      const told = play(USUAL, ['answered', end, end]);
      const down = told.find(({ what }) => what.startsWith('down'))!;
      // The server may have gone as soon as it had answered.
      return Math.floor((down.at - 1) / 1000);
    };
    assert.deepEqual([downAfter('refused'), downAfter('silent')], [61, 71]);
  });

  it('makes nothing of what comes when nobody waits for it, or before it is due', () => {
    const state = beginChecking(100);
    assert.deepEqual(checkerStep(USUAL, state, { on: 'result', result: 'refused' }, 0), {
      state,
      actions: [],
    });
    assert.deepEqual(checkerStep(USUAL, state, { on: 'time' }, 99), { state, actions: [] });
  });

  it('follows the rule as it is told in one sentence, whatever the probes bring', () => {
    const ends = fc.array(fc.constantFrom(...probeResults, 'silent' as const), { maxLength: 60 });
    fc.assert(
      fc.property(ends, fc.integer({ min: 0, max: 4 }), (given, retry) => {
        const told = play({ ...USUAL, retry }, given).filter(({ what }) => /^(up|down)/.test(what));
        // By the history alone: down if the very first failed, or the last `retry` + 1 since it was up did; up if the last was answered.
        let isUp = true;
        const expected: string[] = [];
        given.forEach((end, place) => {
          const last = given.slice(Math.max(0, place - retry), place + 1);
          const allFail = last.length === retry + 1 && last.every((one) => one !== 'answered');
          if (isUp && end !== 'answered' && (place === 0 || allFail)) {
            isUp = false;
            expected.push('down');
          } else if (!isUp && end === 'answered') {
            isUp = true;
            expected.push('up');
          }
        });
        assert.deepEqual(
          told.map(({ what }) => what.split(' ')[0]),
          expected,
        );
      }),
    );
  });
});
