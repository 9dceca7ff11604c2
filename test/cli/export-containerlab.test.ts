import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { exportLab } from '../../src/cli/export.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { buildOnce, root, temporaryFolder } from '../support/lb-lab.ts';

const dr = `${root}examples/dr.lblab.yaml`;

describe('lb-lab export containerlab', () => {
  before(buildOnce);
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('writes a folder that needs nothing else', async () => {
    const out = folder.path('there');
    const { code, err } = await runCommand(exportLab, ['containerlab', dr, '--out', out]);
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(readdirSync(out, { recursive: true, encoding: 'utf8' }).sort(), [
      'README.md',
      'README.zh-CN.md',
      'dr.clab.yml',
      'lb-lab',
      'lb-lab/agent.cjs',
      'lb-lab/forwarder-process.cjs',
      'lb-lab/plan.json',
    ]);
    assert.match(readFileSync(`${out}/README.md`, 'utf8'), /containerlab deploy/);
    assert.match(readFileSync(`${out}/dr.clab.yml`, 'utf8'), /image: lb-lab\/node:[\da-f]{12}\n/);
    assert.equal(
      readFileSync(`${out}/lb-lab/agent.cjs`, 'utf8'),
      readFileSync(`${root}dist/agent.cjs`, 'utf8'),
    );
  });

  it('takes the image of a registry, and the reader’s language', async () => {
    const out = folder.path('there');
    const args = ['containerlab', dr, '--out', out, '--image', 'my.example/node:1'];
    await runCommand(exportLab, args, { locale: 'zh-cn' });
    assert.match(
      readFileSync(`${out}/dr.clab.yml`, 'utf8'),
      /^# 由 LB Lab 写出[^]*image: my.example\/node:1\n/,
    );
    assert.match(readFileSync(`${out}/README.zh-CN.md`, 'utf8'), /发送流量/);
  });

  it('overwrites nothing', async () => {
    mkdirSync(folder.path('full'));
    writeFileSync(folder.path('full/notes.txt'), 'mine');
    writeFileSync(folder.path('file'), 'mine');
    for (const name of ['full', 'file']) {
      const { code, err } = await runCommand(exportLab, ['containerlab', dr, '--out', folder.path(name)]);
      assert.equal(code, 2);
      assert.match(err, /is not empty|cannot be written/);
    }
    assert.deepEqual(readdirSync(folder.path('full')), ['notes.txt']);
  });

  it('says that events stay behind', async () => {
    const file = folder.path('timed.lblab.yaml');
    writeFileSync(file, `${readFileSync(dr, 'utf8')}\nevents:\n  - { at: 1s, stop: rs1 }\n`);
    const { code, err } = await runCommand(exportLab, ['containerlab', file, '--out', folder.path('there')]);
    assert.equal(code, 0);
    assert.match(err, /‘events’ of the file are left out/);
  });

  it('writes nothing for a file with errors or a call that it does not understand', async () => {
    const file = folder.path('broken.lblab.yaml');
    writeFileSync(file, 'model: dr\n');
    const out = folder.path('there');
    const calls = [
      ['containerlab', file, '--out', out],
      ['containerlab'],
      ['dr', dr, '--out', out],
      [dr, '--out', out],
    ];
    for (const args of calls) assert.equal((await runCommand(exportLab, args)).code, 2, args.join(' '));
    assert.equal(existsSync(out), false);
  });
});
