import assert from 'node:assert/strict';
import { fileView } from '../../../../src/extension/core/panel/file-view.ts';
import { example, ManualSource, sessionOf, translate } from '../../support.ts';

describe('how a file stands to the lab on show', () => {
  it('what was saved in vain is told with its line and what runs instead, until it is mended or the lab stops', async () => {
    const dr = example('dr');
    const session = sessionOf(dr);
    const view = () => fileView(session, false, translate);
    const began = Date.now();
    await session.start(dr, new ManualSource());
    assert.deepEqual(view(), { unsaved: false });
    assert.deepEqual(fileView(session, true, translate), { unsaved: true });

    const broken = dr.replace('scheduler: rr\n', 'scheduler: rrr\n');
    const line = dr.slice(0, dr.indexOf('scheduler: rr\n')).split('\n').length;
    await session.apply(broken);
    const { fault } = view();
    assert.equal(fault?.line, line);
    assert.match(fault.text, /rrr/);
    assert.ok(fault.runsOfMs >= began && fault.runsOfMs <= Date.now());
    assert.equal(fault.runsOfMs, session.version.takenMs);
    assert.equal(fileView(session, true, translate).unsaved, true, 'both at once');

    await session.apply(dr);
    assert.deepEqual(view(), { unsaved: false });
    await session.apply(broken);
    await session.stop();
    assert.deepEqual(view(), { unsaved: false });
  });

  it('a change that the engine refuses has a reason and no line', () => {
    const refused = {
      outcome: { kind: 'failed', error: new Error('no such network') },
      run: { isRunning: true },
      version: { takenMs: 5 },
    } as const;
    assert.deepEqual(fileView(refused, false, translate), {
      unsaved: false,
      fault: { text: 'no such network', runsOfMs: 5 },
    });
  });
});
