import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/cli/run.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { only } from '../captures/captured.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { buildOnce, lbLab, root, temporaryFolder } from '../support/lb-lab.ts';

const topology = join(root, 'examples/dr.lblab.yaml');

describe('explain of a stream', () => {
  const folder = temporaryFolder();
  let whole: Buffer;
  before(async function () {
    this.timeout(120_000);
    buildOnce();
    await runCommand(run, [topology, '--quiet', '--pcapng', folder.path('all.pcapng')]);
    whole = readFileSync(folder.path('all.pcapng'));
  });
  after(() => folder.remove());

  function started(args: readonly string[]) {
    const child = spawn(process.execPath, ['dist/lb-lab.js', 'explain', ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'], LANG: 'C' },
    });
    const printed = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.err += text));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    const shown = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(printed.out)) await once(child.stdout, 'data');
    };
    return { child, printed, ended, shown };
  }

  it('that comes at once says what the file says', () => {
    const file = lbLab(['explain', folder.path('all.pcapng'), '--topology', topology]);
    const stream = spawnSync(process.execPath, ['dist/lb-lab.js', 'explain', '-', '--topology', topology], {
      ...{ cwd: root, encoding: 'utf8', input: whole },
      env: { PATH: process.env['PATH'], LANG: 'C' },
    });
    assert.equal(stream.stdout.replace('· - ·', '· all.pcapng ·'), file.out);
    assert.equal(stream.status, file.code);
    assert.equal(file.code, 0);
  });

  it('tells requests while it goes on, and ends with its end', async function () {
    this.timeout(60_000);
    const { child, printed, ended, shown } = started(['-', '--topology', topology]);
    child.stdin.write(whole.subarray(0, whole.length - 2000));
    await shown(/#2 {2}GET .*200 OK.*answered/);
    assert.doesNotMatch(printed.out, /Promises/);
    child.stdin.end(whole.subarray(whole.length - 2000));
    assert.equal(await ended, 0, printed.err);
    assert.match(printed.out, /✓ kept/);
    assert.equal(printed.out.match(/#2 {2}GET/g)?.length, 1);
  });

  it('ends at Ctrl-C with what was seen so far, beside a finished file', async function () {
    this.timeout(60_000);
    const capture = readCapture(whole);
    const part = (host: string) =>
      writePcapng(
        only(
          capture,
          capture.interfaces.flatMap(({ name }) => (name.startsWith(host) ? [name] : [])),
        ),
      );
    writeFileSync(folder.path('client1.pcapng'), part('client1'));
    const args = [folder.path('client1.pcapng'), '-', '--topology', topology, '--full'];
    const { child, printed, ended, shown } = started(args);
    child.stdin.write(part('director'));
    await shown(/200 OK/);
    child.kill('SIGINT');
    assert.equal(await ended, 0, printed.err);
    assert.match(printed.out, /client1\.pcapng:\d/);
    assert.match(printed.out, /-:\d/);
    assert.match(printed.out, /What this capture cannot show/);
  });

  it('without a topology waits until it knows the network', async function () {
    this.timeout(60_000);
    const { child, printed, ended, shown } = started(['-']);
    child.stdin.write(whole);
    await shown(/200 OK/);
    child.stdin.end();
    assert.equal(await ended, 0, printed.err);
    assert.match(printed.out, /model dr/);
  });
});
