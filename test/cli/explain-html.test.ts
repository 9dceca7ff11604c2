import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { explain } from '../../src/cli/explain.ts';
import { run } from '../../src/cli/run.ts';
import { unpackRecording } from '../../src/extension/core/share/shared-recording.ts';
import type { Report } from '../../src/journey/report.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';
import { makeTranslate } from '../support/translate.ts';

const topology = `${root}examples/lessons/vip-not-hidden.lblab.yaml`;

describe('explained captures as a page', () => {
  const folder = temporaryFolder();
  const [capture, page, json] = ['all.pcapng', 'page.html', 'report.json'].map((name) => folder.path(name));
  before(() => runCommand(run, [topology, '--quiet', '--pcapng', capture!]));
  after(folder.remove);

  /** What the page says, and what the command says. */
  async function explained(...options: readonly string[]): Promise<{ file: string; pages: Report[] }> {
    const args = [capture!, '--quiet', '--html', page!, '--json', json!, ...options];
    const { code, err } = await runCommand(explain, args);
    assert.ok(code < 2, err);
    const [, packed = ''] = /id="recording">([^<]*)</.exec(readFileSync(page!, 'utf8')) ?? [];
    const { head, recording } = await unpackRecording(packed);
    const read = await recording(makeTranslate('en'));
    return {
      file: head.file,
      pages: [read!.report(), JSON.parse(readFileSync(json!, 'utf8')) as Report],
    };
  }
  const gist = ({ flows, promises, explanations, counters }: Report) => ({
    flows: flows.map(({ request, outcome, server }) => [request, outcome.kind, server?.node]),
    promises: promises.map(({ id, verdict }) => [id, verdict]),
    explanations: explanations.map(({ code, text }) => [code, text]),
    frames: counters.frames,
  });

  it('holds what the command tells, judged by the topology', async () => {
    const { file, pages } = await explained('--topology', topology);
    assert.equal(file, 'all.pcapng');
    const [told, said] = pages.map(gist);
    assert.deepEqual(told, said);
    assert.ok(told!.promises.some(([, verdict]) => verdict === 'broken'));
  });

  it('without a topology judges nothing', async () => {
    const { pages } = await explained();
    const [told, said] = pages.map(gist);
    assert.deepEqual(told, said);
    assert.deepEqual(told!.promises, []);
  });
});
