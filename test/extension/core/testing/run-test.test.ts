import assert from 'node:assert/strict';
import { runTest, type TestRun } from '../../../../src/extension/core/testing/run-test.ts';
import { virtualSource } from '../../../../src/extension/core/testing/virtual-source.ts';
import { Cancelled } from '../../../../src/extension/core/labs/lab-failure.ts';
import { loadTopology } from '../../../../src/lab/topology/load.ts';
import { example, ManualSource, translate } from '../../support.ts';

const lines: string[] = [];
const testOf = (text: string, more: Partial<TestRun> = {}): TestRun => ({
  uri: 'file:///lab/my.lblab.yaml',
  loaded: loadTopology(text, 'my.lblab.yaml'),
  source: () => Promise.resolve(virtualSource),
  translate,
  signal: new AbortController().signal,
  onLine: (line) => lines.push(line),
  ...more,
});
const lesson = example('lessons/vip-missing');

describe('a topology file as a test', () => {
  it('passes where it shows what it expects, with a plan and without', async () => {
    assert.deepEqual(await runTest(testOf(lesson)), []);
    assert.deepEqual(await runTest(testOf(example('lessons/dr-across-router'))), []);
  });

  it('fails at the line that was not met, with expected and seen', async () => {
    const text = lesson.replace(/, holdVip: false/, '');
    assert.notEqual(text, lesson);
    const failures = await runTest(testOf(text));
    const lineOf = (key: string) => text.split('\n').findIndex((line) => line.trim().startsWith(key)) + 1;
    assert.deepEqual(failures, [
      {
        text: 'outcomes: expected answered, lost, seen answered',
        expected: 'answered\nlost',
        seen: 'answered',
        line: lineOf('outcomes:'),
      },
      {
        text: 'explanations: expected vip-not-local, seen –',
        expected: 'vip-not-local',
        seen: '–',
        line: lineOf('explanations:'),
      },
    ]);
  });

  it('tells what the run showed, whether it passed or not', async () => {
    lines.length = 0;
    assert.deepEqual(await runTest(testOf(lesson)), []);
    const [answered, ...others] = lines;
    assert.match(answered!, /^\d+ of \d+ requests were answered\.$/);
    assert.ok(others.some((line) => line.startsWith('vip-not-local: ')));
    assert.ok(others.some((line) => line.startsWith('kept: ')));
  });

  it('fails at `expect:` for what it leaves unsaid, and for errors it does not mean to have', async () => {
    const text = example('lessons/vip-not-hidden').replace(/^ *broken: .*\n/m, '');
    const [failure, ...others] = await runTest(testOf(text));
    assert.deepEqual(others, []);
    assert.equal(failure!.expected, '–');
    assert.equal(text.split('\n')[failure!.line - 1], 'expect:');
    const broken = example('lessons/dr-across-router').replace('[dr-across-router]', '[yaml-tab]');
    const [problem] = await runTest(testOf(broken));
    assert.equal(problem?.seen, 'dr-across-router');
  });

  it('cancelled, it gives no verdict, and leaves no lab', async () => {
    const abort = new AbortController();
    const source = new ManualSource();
    const waiting = runTest(testOf(lesson, { source: () => Promise.resolve(source), signal: abort.signal }));
    abort.abort();
    await assert.rejects(waiting, Cancelled);
    assert.equal(source.closed, 1);
    await assert.rejects(runTest(testOf(lesson, { signal: abort.signal })), Cancelled);
  });

  it('gives no verdict where the engine cannot be had or made, and closes it', async () => {
    const refused = () => Promise.reject(new Error('no engine'));
    await assert.rejects(runTest(testOf(lesson, { source: refused })), /no engine/);
    let closed = 0;
    const source = { name: 'docker' as const, make: refused, close: () => void (closed += 1) };
    await assert.rejects(runTest(testOf(lesson, { source: () => Promise.resolve(source) })), /no engine/);
    assert.equal(closed, 1);
  });
});
