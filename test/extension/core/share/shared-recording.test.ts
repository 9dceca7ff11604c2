import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromBase64, toBase64 } from '../../../../src/extension/core/share/base64.ts';
import { sharedLab, sourceOf } from '../../../../src/extension/core/share/shared-lab.ts';
import { packRecording, unpackRecording } from '../../../../src/extension/core/share/shared-recording.ts';
import { hostileTexts } from '../../../support/hostile-text.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { EmbeddedRecording } from '../../../webview/support/embedded-recording.ts';
import { example, translate } from '../../support.ts';

const chinese = makeTranslate('zh-cn');

describe('extension: a recording that goes along with a page', () => {
  const dr = () => new EmbeddedRecording(example('dr'), 'dr.lblab.yaml', translate).run();
  const packed = (lab: EmbeddedRecording, view?: Record<string, unknown>) =>
    packRecording({ file: lab.file, locale: 'zh-cn', view }, sourceOf(lab));

  it('says there what it says here, and in the other language what it would have said', async () => {
    const lab = dr();
    const { head, recording } = await unpackRecording(await packed(lab, { filter: 'lost' }));
    assert.deepEqual(head, { file: 'dr.lblab.yaml', locale: 'zh-cn', view: { filter: 'lost' } });
    const again = (await recording(translate))!;
    assert.deepEqual(again.report(), lab.builder.report());
    assert.deepEqual(
      (await recording(chinese))!.report(),
      new EmbeddedRecording(example('dr'), 'dr.lblab.yaml', chinese).run().builder.report(),
    );
    for (const number of lab.frameNumbers())
      assert.deepEqual(again.frame(number)!.bytes, lab.frame(number)!.bytes);
  });

  it('keeps the changes of a lab that was edited while it ran', async () => {
    const lab = dr();
    await lab.save(example('dr').replace('scheduler: rr', 'scheduler: sh'));
    const told = {
      ...sourceOf(lab),
      changes: [{ epoch: 1, timeNs: 5, durationNs: 0, texts: [], kind: 'restarted' }],
    } as const;
    const { recording } = await unpackRecording(await packRecording({ file: lab.file, locale: 'en' }, told));
    const shown = sharedLab((await recording(translate))!, lab.file);
    assert.deepEqual(
      shown.plans.map(({ epoch, plan }) => [epoch, plan]),
      lab.plans.map(({ epoch, plan }) => [epoch, plan]),
    );
    assert.deepEqual(shown.plan, lab.plan);
    assert.equal(shown.changeOf(1)?.kind, 'restarted');
    assert.deepEqual(shown.builder.report(), lab.builder.report());
  });

  it('nodes whose lab has ended are not shown as stopped; one that stopped alone is', async () => {
    const lab = dr();
    const stop = (...nodes: readonly string[]) =>
      lab.add(nodes.map((node) => ({ kind: 'node', timeNs: 9e9, node, state: 'stopped' }) as const));
    const stateOf = async (node: string) => {
      const { recording } = await unpackRecording(await packed(lab));
      return sharedLab((await recording(translate))!, lab.file).nodeState(node);
    };
    stop('rs1');
    assert.deepEqual([await stateOf('rs1'), await stateOf('rs2')], ['stopped', 'running']);
    stop(...lab.plan.nodes.map(({ name }) => name));
    assert.deepEqual([await stateOf('rs1'), await stateOf('rs2')], ['running', 'running']);
  });

  it('is text that means nothing in HTML, whatever is in it', async () => {
    const lab = dr();
    for (const text of [...hostileTexts, '</script><script>alert(1)</script>', '<!--<script>']) {
      const file = await packRecording({ file: text, locale: 'en', view: { filter: text } }, sourceOf(lab));
      assert.match(file, /^[A-Za-z0-9+/]+=*$/);
      assert.equal((await unpackRecording(file)).head.file, text);
    }
  });

  it('base64 is base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40_000, size: 'max' }), (bytes) => {
        assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'));
        assert.deepEqual(fromBase64(toBase64(bytes)), new Uint8Array(bytes));
      }),
      { numRuns: 20 },
    );
  });

  it('what is no recording is no recording', async () => {
    await assert.rejects(unpackRecording('AAAA'));
    await assert.rejects(unpackRecording('<no base64>'));
  });
});
