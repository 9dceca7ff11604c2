import assert from 'node:assert/strict';
import { LabSession } from '../../../../src/extension/core/labs/lab-session.ts';
import { recordingView } from '../../../../src/extension/core/labs/recording-view.ts';
import { TopologyTexts } from '../../../../src/extension/core/language/topology-texts.ts';
import { Mysteries } from '../../../../src/extension/core/mystery/mysteries.ts';
import { PanelFeed } from '../../../../src/extension/core/panel/panel-feed.ts';
import { explanationCodes } from '../../../../src/lab/topology/findings.ts';
import { faults } from '../../../../src/mystery/faults.ts';
import { withFault } from '../../../../src/mystery/mystery.ts';
import { limits, ManualSource, translate } from '../../support.ts';

const URI = 'file:///lab/mystery-1-7.lblab.yaml';
const fault = faults.find(({ answers }) => answers[0] === 'vip-two-answers')!;
const mystery = withFault({ level: 1, seed: 7 }, fault);

function memory() {
  const kept = new Map<string, unknown>();
  return {
    get: (key: string) => kept.get(key),
    update: (key: string, value: unknown) => kept.set(key, value),
  };
}

describe('a mystery in the editor', () => {
  const store = memory();
  const mysteries = new Mysteries(store, () => 0);
  mysteries.begin(URI, mystery);
  const session = new LabSession(
    {
      ...{ uri: URI, file: mystery.file, texts: new TopologyTexts(), translate, limits: () => limits },
      mysteryOf: (uri) => mysteries.of(uri),
    },
    mystery.text,
  );
  after(() => session.stop());

  it('runs with what is hidden, and records and shows nothing of it', async () => {
    const source = new ManualSource();
    await session.start(mystery.text, source);
    source.settle();
    assert.notDeepEqual(session.runningPlan, session.version.plan);
    assert.ok(session.recording.isSealed);
    assert.deepEqual(
      session.recording.plans.map(({ plan }) => plan),
      [session.version.plan],
    );
    const { explanations, promises } = session.recording.report();
    assert.deepEqual([explanations, promises], [[], []]);
    const posted: unknown[] = [];
    const feed = new PanelFeed({
      ...{ translate, locale: 'en', act: () => undefined, open: () => undefined, keep: () => undefined },
      ...{ kept: () => undefined, log: () => undefined, save: () => Promise.resolve('saved') },
      post: (message) => posted.push(message),
      looked: (kind) => mysteries.look(URI, kind),
    });
    feed.show(recordingView(session));
    feed.receive({ type: 'ready' });
    feed.receive({ type: 'ask', id: 1, question: { kind: 'export', format: 'json' } });
    feed.receive({ type: 'ask', id: 2, question: { kind: 'export', format: 'pcapng' } });
    await new Promise((resolve) => setTimeout(resolve, 50));
    feed.dispose();
    const shown = posted.filter((message) => (message as { type: string }).type !== 'hello');
    const text = JSON.stringify(shown);
    for (const word of [...explanationCodes, 'hideVip', 'exposed']) assert.ok(!text.includes(word), word);
    assert.match(text, /"mystery":\{"level":1,"seed":7\}/);
    assert.match(text, /"id":1,"error":"Sealed/);
    assert.match(text, /"id":2,"answer":\{"kind":"export","file":"saved"/);
    const { looks } = mysteries.of(URI)!.result;
    assert.deepEqual(looks, { ladder: 1, table: 0, capture: 1, shell: 0 });
  });

  it('gives way to the key in the file, and is open when it was named', async () => {
    const cured = mystery.text.replace('gateway: router }\n  rs2', 'gateway: router, hideVip: true }\n  rs2');
    assert.notEqual(cured, mystery.text);
    assert.equal((await session.apply(cured)).kind, 'applied');
    assert.deepEqual(session.runningPlan, session.version.plan);
    assert.equal(mysteries.answer(URI, 'filtered'), false);
    assert.equal(mysteries.answer(URI, 'vip-two-answers'), true);
    const source = new ManualSource();
    await session.start(mystery.text, source, { keep: true });
    source.settle();
    assert.ok(!session.recording.isSealed);
    assert.deepEqual(
      session.recording.report().explanations.map(({ code }) => code),
      ['vip-two-answers'],
    );
  });

  it('is found again after a reload, and what is no result is not', () => {
    assert.equal(new Mysteries(store, () => 0).of(URI)?.result.outcome, 'named');
    const broken = memory();
    broken.update('mysteries', { [URI]: { level: 9 }, other: 'text' });
    assert.deepEqual(new Mysteries(broken, () => 0).results(), []);
  });
});
