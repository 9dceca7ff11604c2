import assert from 'node:assert/strict';
import { cutLines } from '../../src/cli/cut-lines.ts';
import { answeredLines, requestLines } from '../../src/cli/request-lines.ts';
import type { Report } from '../../src/journey/report.ts';
import { makeTranslate } from '../support/translate.ts';
import { reportOfEvents } from '../journey/build-report.ts';
import { exampleText, planOf, startLab, SECOND } from '../lab/embedded/testbed.ts';

const translate = makeTranslate('en');
const plain = (_: string, text: string) => text;

function reportAfter(seconds: number) {
  const run = startLab(planOf(exampleText('dr')));
  run.engine.run(seconds * SECOND);
  void run.engine.stop();
  return reportOfEvents(run.plan, run.events);
}

describe('what a run that was cut says', () => {
  it('how many requests were never sent, and why it ended', () => {
    const report = reportAfter(1.6);
    assert.deepEqual(cutLines(report, false, 'duration', 1.6e9, translate), [
      '--duration ended the run at 1.60 s, before it was done.',
      'Requests that were never sent: 2; under way: 0.',
    ]);
    assert.match(answeredLines(report, translate).join(), /^\d of \d requests were answered\.$/);
    const lines = requestLines(report, translate, plain);
    assert.ok(
      lines.some((line) => line.endsWith('never sent: the run ended first')),
      lines.join('\n'),
    );
  });

  it('nothing when it was done, and that connections were open when only these were', () => {
    const report = reportAfter(1000);
    assert.deepEqual(cutLines(report, true, 'ended', 0, translate), []);
    assert.deepEqual(answeredLines(report, translate), []);
    assert.deepEqual(requestLines(report, translate, plain), []);
    assert.equal(cutLines(report, false, 'duration', 1e9, translate).length, 2);
  });

  it('counts requests that are not kept any more, and says that some of them were not answered', () => {
    const report: Report = {
      ...reportAfter(1000),
      evictedRequests: [
        { protocol: 'tcp', outcome: 'answered', times: 90 },
        { protocol: 'tcp', outcome: 'lost', times: 7 },
        { protocol: 'udp', outcome: 'open', times: 2 },
      ],
    };
    const kept = report.requests.length;
    assert.deepEqual(answeredLines(report, translate), [
      `${kept + 90} of ${kept + 99} requests were answered.`,
    ]);
    assert.match(requestLines(report, translate, plain).join('\n'), /and 9 older ones, which are counted/);
    assert.equal(cutLines(report, true, 'ended', 0, translate).length, 2);
  });
});
