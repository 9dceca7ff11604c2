import assert from 'node:assert/strict';
import { LabFailure } from '../../../../src/extension/core/labs/lab-failure.ts';
import { refuseCovered } from '../../../../src/extension/core/labs/refuse-covered.ts';
import { example, sessionOf, translate } from '../../support.ts';

describe('a lab that somebody predicts', () => {
  it('is closed to shells, captures and tables until that is over, and says so', () => {
    const session = sessionOf(example('dr'));
    const news: string[] = [];
    session.onDidChange((one) => news.push(one));
    refuseCovered(session, translate);
    session.setCovered(true);
    session.setCovered(true);
    assert.throws(
      () => refuseCovered(session, translate),
      (error) => error instanceof LabFailure && error.remedy?.command === 'lbLab.showFlow',
    );
    session.setCovered(false);
    refuseCovered(session, translate);
    assert.deepEqual(news, ['state', 'state']);
  });
});
