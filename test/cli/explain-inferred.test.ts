import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from '../../src/cli/explain.ts';
import { importConfig } from '../../src/cli/import.ts';
import { run } from '../../src/cli/run.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

describe('explain without a topology', () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  it('tells the model by frames, tells the stories, claims no promise, and writes a draft to explain by', async () => {
    const [capture, draft] = [folder.path('dr.pcapng'), folder.path('draft.lblab.yaml')];
    await runCommand(run, [join(root, 'examples/dr.lblab.yaml'), '--quiet', '--pcapng', capture]);
    const told = await runCommand(explain, [capture]);
    assert.equal(told.code, 0);
    assert.match(told.out, /10\.0\.2\.100:80 is served by handing on frames \(model dr\).*Frames: \d+/);
    assert.match(told.out, /200 OK/);
    assert.doesNotMatch(told.out, /✓ kept|✗/);
    const wrote = await runCommand(explain, [capture, '--write-topology', draft, '--quiet']);
    assert.match(wrote.err, /draft\.lblab\.yaml is written/);
    const judged = await runCommand(explain, [capture, '--topology', draft, '--requires', 'reply-direct']);
    assert.equal(judged.code, 0, judged.err);
    assert.match(readFileSync(draft, 'utf8'), /^# Drawn from/);
  });

  it('import writes a draft, and says what it does not show', async () => {
    const file = folder.path('ipvs.rules');
    writeFileSync(file, '-A -t 192.0.2.10:80 -s rr\n-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1\n-A -f 1\n');
    const told = await runCommand(importConfig, [file]);
    assert.equal(told.code, 0);
    assert.match(told.out, /vip: 192\.0\.2\.10/);
    assert.match(told.err, /Line 3 is left out, for a firewall mark says no address: -A -f 1/);
  });
});
