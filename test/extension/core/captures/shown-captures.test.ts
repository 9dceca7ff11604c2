import assert from 'node:assert/strict';
import { tellCaptures } from '../../../../src/captures/tell-captures.ts';
import { captureRecording } from '../../../../src/extension/core/captures/capture-recording.ts';
import { nanoseconds, shownCaptures } from '../../../../src/extension/core/captures/shown-captures.ts';
import { Cancelled } from '../../../../src/extension/core/labs/lab-failure.ts';
import { PanelFeed } from '../../../../src/extension/core/panel/panel-feed.ts';
import { packRecording, unpackRecording } from '../../../../src/extension/core/share/shared-recording.ts';
import { sourceOf } from '../../../../src/extension/core/share/shared-lab.ts';
import { exportPcapng } from '../../../../src/journey/export-pcapng.ts';
import { readCapture } from '../../../../src/packet/read-capture.ts';
import type { HostMessage } from '../../../../src/panel-protocol/messages.ts';
import { planOf, runLab } from '../../../lab/embedded/testbed.ts';
import { reportOfEvents } from '../../../journey/build-report.ts';
import { example, translate } from '../../support.ts';

const plan = planOf(example('dr'));
const { events } = runLab(plan);
const report = reportOfEvents(plan, events);

/** What one host would have recorded by itself, with a frame of somebody else's before all. */
function recordedAt(node: string) {
  const own = events.filter((event) => event.kind === 'frame' && event.node === node);
  return readCapture(
    exportPcapng(
      own,
      { ...report, journeys: [] },
      { ...plan, nodes: plan.nodes.filter(({ name }) => name === node) },
      translate,
    ),
  );
}

const limits = { maxFrames: 1e6, maxBytes: 1e9 };
const never = new AbortController().signal;
const atOnce = () => Promise.resolve();

async function shown(names: readonly string[], most = limits) {
  const sources = names.map((name) => ({ name: `${name}.pcapng`, capture: recordedAt(name) }));
  const told = tellCaptures(sources, plan);
  assert.equal(told.problem, undefined);
  const shares: number[] = [];
  const recording = await captureRecording(told, {
    ...{ limits: most, translate, signal: never, pause: atOnce },
    onShare: (share) => shares.push(share),
  });
  const files = sources.map(({ name }) => name);
  return { told, recording, shares, lab: shownCaptures(told, recording, files, translate) };
}

describe('extension: recordings on the panel', () => {
  it('are told with their hosts, and of the places that were captured only', async () => {
    const { lab, shares, recording } = await shown(['client1', 'director']);
    assert.equal(lab.engine, 'capture');
    assert.equal(shares.at(-1), 1);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    assert.match(
      lab.captures!.view.summary,
      /^2 files · \d+ frames told · captured at client1, director · clocks as recorded$/,
    );
    assert.ok(lab.captures!.view.notes.some((note) => note.includes('rs1.')));
    assert.ok(recording.report().promises.every(({ verdict }) => verdict !== 'broken'));
    assert.ok(!recording.report().flows.some(({ outcome }) => outcome.kind === 'lost'));
  });

  it('name frames as their files do', async () => {
    const { lab, told } = await shown(['client1', 'director']);
    const [first] = told.refs;
    assert.equal(
      lab.captures!.frameName(1),
      `${['client1', 'director'][first!.source]}.pcapng:${first!.number}`,
    );
    const alone = await shown(['director']);
    assert.equal(alone.lab.captures!.frameName(1), '1');
    const messages: HostMessage[] = [];
    const feed = new PanelFeed({
      ...{ translate, locale: 'en', act: () => undefined, open: () => undefined, log: assert.fail },
      ...{ keep: () => undefined, kept: () => undefined, save: () => Promise.resolve(undefined) },
      post: (message) => messages.push(message),
    });
    feed.show(lab);
    feed.receive({ type: 'ready' });
    const verdicts = messages.findLast((one) => one.type === 'verdicts');
    assert.ok(verdicts?.type === 'verdicts');
    const evidence = verdicts.promises.flatMap((promise) => promise.evidence);
    assert.ok(evidence.length > 0);
    for (const frame of evidence)
      assert.match(verdicts.frameNames![frame]!, /^(client1|director)\.pcapng:\d+$/);
    const told2 = messages.findLast((one) => one.type === 'lab');
    assert.ok(told2?.type === 'lab' && told2.lab?.captures?.summary);
    feed.dispose();
  });

  it('are kept within the limits, and that is said', async () => {
    const { lab, told } = await shown(['client1', 'director'], { ...limits, maxFrames: 60 });
    assert.ok(told.refs.length > 100);
    assert.match(lab.captures!.view.notes[0]!, /^The oldest \d+ of \d+ frames are not kept/);
  });

  it('whose clocks were moved say so in their line, and how sure that is', async () => {
    const sources = ['client1', 'director'].map((name) => {
      const capture = recordedAt(name);
      const addNs = name === 'director' ? -3_000_000_000n : 0n;
      const records = capture.records.map((record) => ({ ...record, timeNs: record.timeNs + addNs }));
      return { name, capture: { ...capture, records } };
    });
    const told = tellCaptures(sources, plan);
    const recording = await captureRecording(told, {
      ...{ limits, translate, signal: never, pause: atOnce },
      onShare: () => undefined,
    });
    const { summary } = shownCaptures(told, recording, ['a', 'b'], translate).captures!.view;
    assert.match(summary, / · clocks: director [≤≥] \+(2999|3000)\.\d{6} ms$/);
  });

  it('of an inferred network are not judged in a shared page either', async () => {
    const sources = ['client1', 'director'].map((name) => ({ name, capture: recordedAt(name) }));
    const told = tellCaptures(sources, plan);
    const recording = await captureRecording(told, {
      ...{ limits, translate, signal: never, pause: atOnce, isInferred: true },
      onShare: () => undefined,
    });
    const inferred = { lines: ['a line'], gist: '10.0.2.100:80 dr' };
    const lab = shownCaptures(told, recording, ['a', 'b'], translate, inferred);
    const packed = await packRecording({ file: lab.file, locale: 'en' }, sourceOf(lab));
    const again = await (await unpackRecording(packed)).recording(translate);
    for (const one of [recording, again!]) {
      const { promises, explanations, journeys } = one.report();
      assert.deepEqual([promises, explanations], [[], []]);
      assert.ok(journeys.length > 0);
      assert.ok(journeys.every(({ hops }) => hops.every((hop) => hop.expected.length === 0)));
    }
  });

  it('are left when somebody cancels', async () => {
    const aborting = new AbortController();
    const told = tellCaptures([{ name: 'a', capture: recordedAt('director') }], plan);
    const reading = captureRecording(told, {
      ...{ limits, translate, signal: aborting.signal, pause: atOnce },
      onShare: () => aborting.abort(),
    });
    await assert.rejects(reading, Cancelled);
  });

  it('have clocks that are set in milliseconds', () => {
    assert.equal(nanoseconds('-3000.25'), -3_000_250_000n);
    assert.equal(nanoseconds(' 0.000001 '), 1n);
    for (const wrong of ['', '1e3', '1,5', '--1', '0x1', '1.0000001'])
      assert.equal(nanoseconds(wrong), undefined);
  });

  it('shared as a page are of the same places: what was not captured is not lost there', async () => {
    const { lab, recording } = await shown(['director']);
    const packed = await packRecording({ file: lab.file, locale: 'en' }, sourceOf(lab));
    const again = await (await unpackRecording(packed)).recording(translate);
    const { capturePoints, wholePoints, clockErrorsNs } = again!.head;
    assert.deepEqual({ capturePoints, wholePoints, clockErrorsNs }, lab.captures!.head);
    const outcomes = (of: typeof recording) => of.report().flows.map(({ outcome }) => outcome);
    assert.deepEqual(outcomes(again!), outcomes(recording));
  });
});
