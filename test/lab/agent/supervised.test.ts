import assert from 'node:assert/strict';
import { Restarts } from '../../../src/lab/agent/restarts.ts';
import { Supervised } from '../../../src/lab/agent/supervised.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (holds: () => boolean) => {
  for (let i = 0; i < 500 && !holds(); i += 1) await pause(20);
  assert.ok(holds());
};
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('agent: a process that is looked after', function () {
  this.timeout(30_000);
  before(function () {
    // Agents run in containers only, and those are Linux.
    if (process.platform === 'win32') this.skip();
  });

  it('is started again and greeted again when it dies, and what it started does not outlive it', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      const worker = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['ignore', 1, 2] });
      process.stdin.once('data', (text) => console.log(JSON.stringify({ told: JSON.parse(text), worker: worker.pid })));`;
    const said: { readonly told: string; readonly worker: number }[] = [];
    const ends: [message: string, restarted: boolean][] = [];
    const one = new Supervised({
      program: process.execPath,
      args: ['-e', script],
      greeting: () => [`greeting ${ends.length}`],
      onMessage: (message) => said.push(message as (typeof said)[number]),
      onEnd: (...end) => ends.push(end),
    });
    try {
      await until(() => said.length === 1);
      const first = one.pid!;
      process.kill(first, 'SIGKILL');
      await until(() => said.length === 2);
      assert.deepEqual(ends, [['SIGKILL', true]]);
      assert.notEqual(one.pid, first);
      assert.deepEqual(
        said.map(({ told }) => told),
        ['greeting 0', 'greeting 1'],
      );
      await until(() => !isRunning(said[0]!.worker));
    } finally {
      await one.stop();
    }
    assert.ok(!isRunning(one.pid!));
    await until(() => !isRunning(said[1]!.worker));
    assert.equal(ends.length, 1, 'an end that was asked for is not told');
  });

  it('is given up when it keeps dying, with its last words', async () => {
    const ends: [message: string, restarted: boolean][] = [];
    new Supervised({
      program: process.execPath,
      args: ['-e', 'console.error("no port"); process.exit(3)'],
      onEnd: (...end) => ends.push(end),
    });
    await until(() => ends.some(([, restarted]) => !restarted));
    assert.deepEqual(ends, [
      ...Array.from({ length: 5 }, () => ['exit code 3: no port', true]),
      ['exit code 3: no port', false],
    ]);
  });

  it('five times a minute, not five times in all', () => {
    const restarts = new Restarts();
    const allowed = (from: number) => Array.from({ length: 6 }, (_, i) => restarts.allow(from + i));
    assert.deepEqual(allowed(0), [true, true, true, true, true, false]);
    assert.deepEqual(allowed(70_000), [true, true, true, true, true, false]);
  });
});
