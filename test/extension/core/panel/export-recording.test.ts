import assert from 'node:assert/strict';
import { exportRecording } from '../../../../src/extension/core/panel/export-recording.ts';
import type { Report } from '../../../../src/journey/report.ts';
import { isProblem } from '../../../../src/packet/problem.ts';
import { readCapture } from '../../../../src/packet/read-capture.ts';
import { LabRecording } from '../../../../src/extension/core/labs/lab-recording.ts';
import type { ShownLab } from '../../../../src/extension/core/panel/shown-lab.ts';
import { planOf, runLab } from '../../../lab/embedded/testbed.ts';
import { example, translate } from '../../support.ts';

/** A recording that holds a third of what it was told. */
function recorded() {
  const plan = planOf(example('dr').replace(/count: \d+,/, 'count: 60,'));
  const { events } = runLab(plan);
  const frames = events.filter(({ kind }) => kind === 'frame').length;
  const head = { engine: 'embedded', startedAt: '2026-01-01T00:00:00.000000000Z', plan } as const;
  const recording = new LabRecording(
    head,
    { maxFrames: Math.floor(frames / 3), maxBytes: Infinity },
    translate,
  );
  recording.add(events);
  const report = recording.report();
  assert.ok(report.counters.evictedFrames > 50);
  const shown = {
    plan,
    events: () => recording.events(),
    frameNumbers: () => recording.frameNumbers(),
  } as unknown as ShownLab;
  return { recording, report, shown };
}

describe('extension: what is exported of a recording that has lost frames', () => {
  const { recording, report, shown } = recorded();
  const makePage = () => Promise.reject(new Error('no page is made here'));
  const context = { translate, locale: 'en', view: undefined, makePage } as const;

  /** The frames of the file by their numbers: what its comment says, else its place. */
  async function exported(flows?: readonly number[]) {
    const question = { kind: 'export', ...(flows && { flows: [...flows] }) } as const;
    const capture = readCapture(
      await exportRecording(shown, report, { ...question, format: 'pcapng' }, context),
    );
    assert.ok(!isProblem(capture));
    const json = await exportRecording(shown, report, { ...question, format: 'json' }, context);
    const frames = new Map(
      capture.records.map((record, index) => {
        const [, said] = /^frame (\d+)$/.exec(record.comments[0] ?? '') ?? [];
        return [said === undefined ? index + 1 : Number(said), record] as const;
      }),
    );
    assert.equal(frames.size, capture.records.length);
    return { frames, told: JSON.parse(new TextDecoder().decode(json)) as Report };
  }

  for (const [name, flows] of [
    ['all of it', undefined],
    ['one flow', [report.flows.findLast(({ kind }) => kind === 'tcp')!.id]],
  ] as const)
    it(`${name}: a frame has one number in the panel, the capture and the JSON`, async () => {
      const { frames, told } = await exported(flows);
      assert.ok(frames.size > 5);
      for (const [number, { bytes }] of frames)
        assert.deepEqual(Buffer.from(bytes), Buffer.from(recording.frame(number)!.bytes), String(number));
      const hops = told.journeys.flatMap((journey) =>
        journey.hops.flatMap((hop) => hop.frames.map((frame) => [frame, journey] as const)),
      );
      assert.ok(hops.length > 5);
      for (const [frame, journey] of hops) {
        assert.equal(frames.get(frame)?.packetId, BigInt(journey.id), String(frame));
        assert.deepEqual(recording.builder.journey(journey.id)?.hops.length, journey.hops.length);
      }
      const evidence = told.promises.flatMap((promise) => promise.evidence);
      assert.ok(evidence.length > 0);
      assert.deepEqual(told.promises, JSON.parse(JSON.stringify(report.promises)));
    });

  it('a pcapng may be without payloads and addresses, and is said to be as long as it was', async () => {
    const redact = { payload: 'none', addresses: true } as const;
    const data = await exportRecording(shown, report, { kind: 'export', format: 'pcapng', redact }, context);
    const capture = readCapture(data);
    const { frames } = await exported();
    assert.ok(!isProblem(capture));
    const whole = [...frames.values()];
    assert.deepEqual(
      capture.records.map(({ originalLength }) => originalLength),
      whole.map(({ originalLength }) => originalLength),
    );
    assert.ok(capture.records.some(({ bytes }, at) => bytes.length < whole[at]!.bytes.length));
    const macs = shown.plan.nodes.flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac));
    for (const { mac } of capture.interfaces) assert.ok(!macs.includes(mac!));
  });

  it('the comment stands only where the number is not the place', async () => {
    const { frames } = await exported();
    const places = [...frames.keys()].filter((number, index) => number === index + 1);
    for (const number of places) assert.ok(!frames.get(number)!.comments[0]?.startsWith('frame '));
    assert.ok(places.length < frames.size);
  });
});
