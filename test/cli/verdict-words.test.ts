import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { run } from '../../src/cli/run.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

describe('an outcome that is not as it should be', () => {
  const folder = temporaryFolder();
  after(folder.remove);
  const file = folder.path('down.lblab.yaml');
  const down = readFileSync(`${root}examples/dr.lblab.yaml`, 'utf8').replace(
    'at: { inside: 10.0.2.12 }',
    'at: { inside: { address: 10.0.2.12, down: true } }',
  );

  it('is told in words where nobody wrote an expectation', async () => {
    writeFileSync(file, down);
    const english = await runCommand(run, [file]);
    assert.match(english.out, /outcomes: expected answered, seen answered, lost\n/);
    const chinese = await runCommand(run, [file], { locale: 'zh-cn' });
    assert.match(chinese.out, /结果：应为 已应答，实际为 已应答, 丢失\n/);
  });

  it('is told in the words of the file that expects one', async () => {
    writeFileSync(file, `${down}expect: { outcomes: [refused] }\n`);
    const { out } = await runCommand(run, [file], { locale: 'zh-cn' });
    assert.match(out, /结果：应为 refused，实际为 answered, lost\n/);
  });
});
