import assert from 'node:assert/strict';
import { tellCaptures, tellingCaptures } from '../../src/captures/tell-captures.ts';
import type { Capture } from '../../src/packet/capture.ts';
import { JourneyBuilder } from '../../src/journey/journey-builder.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { makeTranslate } from '../support/translate.ts';
import { byNode, capturedOf, only, undirected, type Captured } from './captured.ts';

describe('several captures', () => {
  let captured: Captured;
  before(async () => (captured = await capturedOf('dr')));

  it('one file of each node tells what one file of all tells, in the files’ own numbers', () => {
    const { plan, capture } = captured;
    const whole = tellCaptures([{ name: 'all', capture }], plan);
    const sources = byNode(captured);
    const split = tellCaptures(sources, plan);
    assert.equal(split.events.length, whole.events.length);
    assert.ok(whole.refs.length > 300);
    const frames = split.events.filter((event) => event.kind === 'frame');
    for (const [index, { source, number }] of split.refs.entries()) {
      const record = sources[source]!.capture.records[number - 1]!;
      assert.equal(record.bytes, frames[index]!.bytes);
      assert.equal(Number(record.timeNs - split.startNs), frames[index]!.timeNs);
    }
    // Frames of one moment at several nodes may stand in any order.
    const sorted = (told: typeof whole) =>
      told.events.map((event) => JSON.stringify({ ...event, plan: undefined })).sort();
    assert.deepEqual(sorted(split), sorted(whole));
    assert.deepEqual(split.points, whole.points);
    assert.deepEqual(split.notes, whole.notes);
    assert.deepEqual(whole.notes, [{ code: 'unknown-decisions', params: {} }]);
  });

  it('is told in steps that say how far it is', () => {
    const { plan, capture } = captured;
    // Many enough for some steps.
    const records = Array.from({ length: 10 }, () => capture.records).flat();
    const sources = [{ name: 'all', capture: { ...capture, records } }];
    const steps = tellingCaptures(sources, plan);
    const shares: number[] = [];
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) {
        assert.deepEqual(step.value, tellCaptures(sources, plan));
        break;
      }
      shares.push(step.value);
    }
    assert.ok(shares.length > records.length / 1024);
    assert.ok(shares.every((share, index) => share >= (shares[index - 1] ?? 0) && share <= 1));
  });

  it('frames of which older ones were given up keep their numbers', () => {
    const { plan, capture } = captured;
    const kept = { ...capture, records: capture.records.slice(100), first: 101 };
    const { refs } = tellCaptures([{ name: 'all', capture: kept }], plan);
    assert.equal(refs[0]!.number, 101);
    assert.equal(refs.at(-1)!.number, capture.records.length);
  });

  it('what cannot be told is a problem, and there are no frames', () => {
    const { plan, capture } = captured;
    const unnamed = (point: string, linkType = 1) => ({
      ...only(capture, [point], undirected),
      interfaces: [{ name: '', linkType, snapLength: 0 }],
    });
    const problemOf = (one: Capture, interfaces: readonly string[] = []) => {
      const told = tellCaptures([{ name: 'a', capture: one }], plan, { interfaces });
      assert.equal(told.refs.length, 0);
      return told.problem;
    };
    // Between two, whose it is cannot be seen.
    assert.equal(problemOf(unnamed('client1.outside'))?.code, 'unplaced-pcap');
    assert.equal(problemOf(unnamed('client1.outside'), ['a.b'])?.code, 'no-such-point');
    assert.equal(problemOf(unnamed('client1.outside', 192))?.code, 'not-ethernet');
    for (const [bytes, problem] of [
      ['736e6f6f70000000', { code: 'foreign-capture', params: { file: 'a', kind: 'snoop' } }],
      ['1f8b0800', { code: 'foreign-capture', params: { file: 'a', kind: 'gzip' } }],
      [
        `0a0d0d0a1c0000004d3c2b1a02000000${'ff'.repeat(8)}1c000000`,
        { code: 'foreign-capture', params: { file: 'a', kind: 'pcapng 2.x' } },
      ],
      ['0a0d0d0a', { code: 'no-capture', params: { file: 'a', at: '0' } }],
      ['', { code: 'no-capture', params: { file: 'a', at: '0' } }],
    ] as const)
      assert.deepEqual(problemOf(readCapture(Buffer.from(bytes, 'hex'))), problem);
  });

  it('a record without a time has that of the one before it', () => {
    const { plan, capture } = captured;
    const one = only(capture, ['director.inside']);
    const records = one.records.map((record, index) =>
      index % 2 === 0 ? record : { ...record, timeNs: 0n, hasNoTime: true as const },
    );
    const told = tellCaptures([{ name: 'a', capture: { ...one, records } }], plan);
    const frames = told.events.filter((event) => event.kind === 'frame');
    assert.deepEqual(
      told.refs.map(({ number }) => number),
      records.map((_, index) => index + 1),
    );
    for (const [index, { timeNs }] of frames.entries())
      assert.equal(timeNs, Number(records[index - (index % 2)]!.timeNs - told.startNs));
    assert.deepEqual(told.notes[0], { code: 'no-times', params: { count: Math.floor(records.length / 2) } });
  });

  /** Each node's file with its clock shifted. */
  const shifted = (shifts: Readonly<Record<string, bigint>>) =>
    byNode(captured).map(({ name, capture }) => {
      const shiftNs = shifts[name.split('.')[0]!] ?? 0n;
      const records = capture.records.map((one) => ({ ...one, timeNs: one.timeNs + shiftNs }));
      return { name, capture: { ...capture, records } };
    });

  it('clocks that differ are put on one; what agrees is left alone', () => {
    const { plan } = captured;
    assert.deepEqual(tellCaptures(shifted({}), plan).clocks, []);
    const shifts = { rs1: -3_000_000_000n, director: 300_000n };
    const told = tellCaptures(shifted(shifts), plan);
    const whole = tellCaptures(byNode(captured), plan);
    const added = new Map(told.clocks.map(({ host, pieces }) => [host, pieces[0]!.addNs]));
    // No packet takes longer than a millisecond there.
    const isNear = (one: bigint, other: bigint) => one - other < 1_000_000n && other - one < 1_000_000n;
    assert.ok(isNear(added.get('rs1')!, 3_000_000_000n));
    assert.ok(isNear(added.get('director')!, -300_000n));
    assert.match(
      String(told.notes.find(({ code }) => code === 'clocks')?.params['clocks']),
      /rs1 [+]\d+[.]\d{6} ms ± 0[.]\d{6} ms/,
    );
    const times = ({ events }: typeof told) => events.filter((event) => event.kind === 'frame');
    const last = (one: typeof told) => times(one).at(-1)!.timeNs;
    assert.ok(Math.abs(last(told) - last(whole)) < 1e6);
  });

  it('a clock that was set by hand so that answers come before their questions makes no flow begin in its middle', () => {
    const { plan } = captured;
    const flowsBy = (clocks: ReadonlyMap<string, bigint>) => {
      const told = tellCaptures(shifted({}), plan, { clocks });
      const { points: capturePoints, wholePoints, clockErrorsNs } = told;
      const options = { engine: 'capture', startedAt: 'T', translate: makeTranslate('en') } as const;
      const builder = new JourneyBuilder(told.plan, {
        ...options,
        capturePoints,
        wholePoints,
        clockErrorsNs,
      });
      builder.add(told.events);
      return builder.report().flows.filter(({ kind }) => kind === 'tcp');
    };
    const count = flowsBy(new Map()).length;
    for (const setNs of [-2_000_000n, -200_000n, 2_000_000n])
      for (const nodes of [
        ['rs1', 'rs2'],
        ['rs1', 'rs2', 'router'],
        ['client1', 'client2'],
      ]) {
        const all = plan.nodes.map(({ name }) => [name, nodes.includes(name) ? setNs : 0n] as const);
        const flows = flowsBy(new Map(all));
        assert.deepEqual(
          new Set(flows.map(({ begun }) => begun)),
          new Set(['seen']),
          `${nodes.join()} ${setNs}`,
        );
        assert.equal(flows.length, count, `${nodes.join()} ${setNs}`);
      }
  });

  it('a clock that was set by hand is believed', () => {
    const { plan } = captured;
    const told = tellCaptures(shifted({}), plan, { clocks: new Map([['rs1', 3_000_000_000n]]) });
    const rs1 = told.clocks.find(({ host }) => host === 'rs1')!;
    assert.deepEqual([rs1.bound, rs1.pieces[0]!.addNs], ['given', 3_000_000_000n]);
    const frames = told.events.filter((event) => event.kind === 'frame');
    const { source, number } = told.refs[frames.findIndex(({ node }) => node === 'rs1')]!;
    const own = byNode(captured)[source]!.capture.records[number - 1]!.timeNs + 3_000_000_000n;
    assert.equal(frames.find(({ node }) => node === 'rs1')!.timeNs, Number(own - told.startNs));
    // The others follow.
    assert.ok(Math.max(...frames.map(({ timeNs }) => timeNs)) < 30e9);
    assert.ok(
      told.clocks.every(({ host, pieces }) => host === 'client2' || pieces[0]!.addNs > 2_999_000_000n),
    );
  });

  it('what a file says that it dropped are losses, each once', () => {
    const { plan, capture } = captured;
    const one = only(capture, ['director.inside']);
    const records = one.records.map((record, index) => (index === 4 ? { ...record, dropCount: 3n } : record));
    const interfaces = [{ ...one.interfaces[0]!, statistics: { dropped: 10n } }];
    const told = tellCaptures([{ name: 'a', capture: { ...one, interfaces, records } }], plan);
    const losses = told.events.filter((event) => event.kind === 'loss');
    const last = told.events.findLast((event) => event.kind === 'frame')!;
    const fifth = told.events.filter((event) => event.kind === 'frame')[4]!;
    const at = { kind: 'loss', node: 'director', segment: 'inside', reason: 'kernel' };
    assert.deepEqual(losses, [
      { ...at, frames: 3, timeNs: fifth.timeNs },
      { ...at, frames: 7, timeNs: last.timeNs },
    ]);
    assert.ok(told.notes.some(({ code, params }) => code === 'dropped' && params['count'] === 10));
  });
});
