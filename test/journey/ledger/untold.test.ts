import assert from 'node:assert/strict';
import { requestLines } from '../../../src/cli/request-lines.ts';
import { makeTranslate } from '../../support/translate.ts';
import { exampleText, planOf, SECOND, startLab } from '../../lab/embedded/testbed.ts';
import { reportOf } from '../build-report.ts';

describe('a client that is stopped while it waits', () => {
  const text = exampleText('dr').replace(
    'at: { inside: 10.0.2.11 }',
    'at: { inside: { address: 10.0.2.11, delay: 1s } }',
  );
  const run = startLab(planOf(text.replace(/count: 4/, 'count: 1').replace(/\n.*client2, every.*/, '')));
  run.engine.run(0.5 * SECOND);
  run.engine.setNodeNow('client1', 'stopped');
  const { requests, flows } = (run.engine.runUntilSettled(100 * SECOND), reportOf(run));
  const [request] = requests;

  it('ends its request then: nobody tells how it would have ended', () => {
    assert.deepEqual(
      run.ends().map(({ outcome, reason, endNs }) => [outcome, reason, endNs]),
      [['untold', 'client-gone', 0.5 * SECOND]],
    );
    assert.deepEqual(
      [request!.outcome, request!.reason, request!.finding],
      ['lost', 'client-gone', undefined],
    );
    const flow = flows.find(({ id }) => request!.flows.includes(id));
    assert.equal(flow?.outcome.kind, 'lost');
  });

  it('is said so in the list of requests', () => {
    const lines = requestLines(reportOf(run), makeTranslate('en'), (_, words) => words);
    assert.match(lines.join('\n'), /lost: the client was gone before it told how it ended/);
  });
});
