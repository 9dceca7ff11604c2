import assert from 'node:assert/strict';
import type { HostMessage, ViewMessage } from '../../../src/panel-protocol/messages.ts';
import { keptView } from '../../../src/webview/kept-view.ts';
import { Panel } from '../../../src/webview/panel.ts';
import { receive } from '../../../src/webview/receive.ts';

const lab = (startedAt: string): HostMessage => ({
  type: 'lab',
  lab: {
    ...{ name: 'dr', file: 'dr.lblab.yaml', model: 'dr', engine: 'embedded', startedAt },
    ...{ nodes: [], segments: [], services: [], traffic: [], names: [] },
  },
});
const hello = (view: Record<string, unknown> | undefined): HostMessage => ({
  ...{ type: 'hello', locale: 'en', texts: {}, view },
});
const score = { fields: 16, right: 14, steps: 2, whole: 1 };
const kept = { predict: { of: 'morning', answered: ['2.request.3'], score } };

describe('webview: Predict outlives the view', () => {
  let panel: Panel;
  let sent: ViewMessage[];
  beforeEach(() => {
    sent = [];
    panel = new Panel({ postMessage: (message) => sent.push(message) }, () => undefined);
  });
  const told = () => sent.flatMap((one) => (one.type === 'do' ? [one.action] : []));

  it('hidden and shown again it goes on where it was, and the editor is told to stay closed', () => {
    receive(panel, hello(kept));
    receive(panel, lab('morning'));
    assert.deepEqual([...panel.state.cover!], ['2.request.3']);
    assert.deepEqual(panel.state.prediction.score, score);
    assert.deepEqual(told(), [{ kind: 'predict', on: true }]);
    assert.deepEqual(keptView(panel.state)['predict'], kept.predict);
  });

  it('another recording is covered anew; the score stays', () => {
    receive(panel, hello(kept));
    receive(panel, lab('noon'));
    assert.deepEqual([panel.state.cover?.size, panel.state.prediction.score], [0, score]);
  });

  it('what was kept and does not fit covers nothing', () => {
    for (const predict of [
      1,
      {},
      { of: 'x', answered: [1], score },
      { of: 'x', answered: [], score: { fields: 'a' } },
    ]) {
      receive(panel, hello({ predict }));
      receive(panel, lab('morning'));
      assert.equal(panel.state.cover, undefined);
      assert.equal(keptView(panel.state)['predict'], undefined);
    }
    assert.deepEqual(told(), []);
  });
});
