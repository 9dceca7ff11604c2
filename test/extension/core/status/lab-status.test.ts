import assert from 'node:assert/strict';
import { statusOf } from '../../../../src/extension/core/status/lab-status.ts';
import { example, ManualSource, sessionOf, translate } from '../../support.ts';

describe('how a lab stands to its file', () => {
  it('running, pending, applied with what changed, invalid, running again', async () => {
    const dr = example('dr');
    const changed = dr.replace('scheduler: rr\n', 'scheduler: sh\n');
    const session = sessionOf(dr);
    await session.start(dr, new ManualSource());
    const status = (now: string) => statusOf(session, now, translate);
    assert.equal(status(dr).text, 'running');
    assert.equal(status(changed).text, 'pending');
    await session.apply(changed);
    assert.equal(status(changed).text, 'applied');
    assert.match(status(changed).detail, /^scheduler rr → sh · applied in \d+ ms$/);
    await session.apply('model: dr');
    const invalid = status('model: dr');
    assert.deepEqual([invalid.text, invalid.severity], ['invalid', 'warning']);
    assert.match(invalid.detail, /runs on as it was/);
    await session.apply(changed);
    assert.equal(status(changed).text, 'running');
    session.run.setNotice('in memory, since');
    assert.equal(status(changed).detail, 'in memory, since');
    await session.stop();
  });
});
