import assert from 'node:assert/strict';
import { findings } from '../../../../src/extension/core/findings/findings.ts';
import { example, ManualSource, sessionOf } from '../../support.ts';

const lesson = example('lessons/vip-not-hidden');

async function findingsOf(text: string, ...changed: string[]) {
  const source = new ManualSource();
  const session = sessionOf(text);
  await session.start(text, source);
  source.settle();
  for (const one of changed) {
    await session.apply(one);
    await session.request();
    source.settle();
  }
  const { recording, version } = session;
  const found = findings(recording.report(), recording.epoch, version.places, version.plan.expect);
  await session.stop();
  return found.map(({ code, range, expected }) => ({
    code,
    at: version.text.slice(range.start.offset, range.end.offset),
    expected,
  }));
}

describe('what a lab showed, in its file', () => {
  it('stands on the setting that causes it, as information where the file means to show it', async () => {
    assert.deepEqual(await findingsOf(lesson), [
      { code: 'vip-two-answers', at: 'hideVip: false', expected: true },
    ]);
  });

  it('is a warning where nobody meant it', async () => {
    const unmeant = lesson.slice(0, lesson.indexOf('expect:'));
    assert.deepEqual(await findingsOf(unmeant), [
      { code: 'vip-two-answers', at: 'hideVip: false', expected: false },
    ]);
  });

  it('goes with the change that mends it, and comes with the one that breaks it', async () => {
    const dr = example('dr');
    const broken = dr.replace(
      '10.0.2.11 },  gateway: router }',
      '10.0.2.11 },  gateway: router, hideVip: false }',
    );
    assert.notEqual(broken, dr);
    assert.deepEqual(await findingsOf(dr), []);
    const found = await findingsOf(dr, broken);
    assert.deepEqual(
      found.map(({ at }) => at),
      ['hideVip: false'],
    );
    assert.deepEqual(await findingsOf(dr, broken, dr), []);
  });

  it('a broken promise that nothing explains stands on the model', () => {
    const { places } = sessionOf(lesson).version;
    const promise = { id: 'headers', epoch: 0, text: 'x', verdict: 'broken', evidence: [] } as const;
    const found = findings({ explanations: [], promises: [promise] }, 0, places, undefined);
    assert.deepEqual(
      found.map(({ range }) => lesson.slice(range.start.offset, range.end.offset)),
      ['model: dr'],
    );
    assert.deepEqual(findings({ explanations: [], promises: [promise] }, 1, places, undefined), []);
  });
});
