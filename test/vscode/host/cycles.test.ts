import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { example, openTopology } from './topology.ts';
import { until } from './until.ts';

const EMBEDDED_CYCLES = 50;
const DOCKER_CYCLES = 5;
/**
 * What is kept once (by V8, by the editor) made one round grow by up to a tenth on a busy machine, and the next not at all.
 * What every lab leaves behind makes each round grow by the same: a stopped lab with its frames holds 90 to 430 KiB.
 */
const MOST_GROWTH = 1.05;
const ROUNDS = 4;
const READING_MS = 250;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Bytes in use once everything that can go has gone: the lowest of a few readings, or the first that is low enough.
 * Frames and recordings are buffers outside the heap, and V8 takes freed ones off its books some collections later
 * (several MiB at times), so that one reading says too much.
 */
async function bytesInUse(enough: number, readings: number): Promise<number> {
  let lowest = Infinity;
  for (let count = 0; count < readings && lowest > enough; count++) {
    await sleep(READING_MS);
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    lowest = Math.min(lowest, heapUsed + external);
  }
  return lowest;
}

/** What keeps a process busy: timers, sockets, child processes, file watchers; how many of each. */
function openResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo().sort()) counts[kind] = (counts[kind] ?? 0) + 1;
  // The editor's own come and go; a lab's are still there after a while.
  delete counts['Immediate'];
  return counts;
}

const panels = (): number =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview).length;

async function cycle(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('lbLab.start', uri);
  await vscode.commands.executeCommand('lbLab.sendRequest', uri, 0);
  await vscode.commands.executeCommand('lbLab.stop', uri);
}

describe('starting and stopping, again and again in one window', () => {
  let uri: vscode.Uri;
  const useEngine = (name: string | undefined) =>
    vscode.workspace.getConfiguration('lbLab').update('engine', name, vscode.ConfigurationTarget.Global);

  before(async () => {
    ({ uri } = await openTopology(example('dr')));
  });
  after(() => useEngine(undefined));

  /** Memory is compared after the first labs: what they load stays. The title tells what came of it. */
  const leavesNothing = async (test: Mocha.Runnable, engine: string, warmUp: number, cycles: number) => {
    await useEngine(engine);
    for (let count = 0; count < warmUp; count++) await cycle(uri);
    const resources = openResources();
    let bytes = await bytesInUse(0, 12);
    const growths: number[] = [];
    while (growths.length < ROUNDS && !growths.some((growth) => growth <= MOST_GROWTH)) {
      for (let count = 0; count < cycles; count++) await cycle(uri);
      const now = await bytesInUse(bytes * MOST_GROWTH, 40);
      growths.push(now / bytes);
      bytes = now;
    }
    const told = growths.map((growth) => growth.toFixed(3)).join(', ');
    test.title += ` (memory ${told}; ${(bytes / 2 ** 20).toFixed(1)} MiB)`;
    assert.ok(growths.at(-1)! <= MOST_GROWTH, `memory grew in every round: ${told}`);
    await until('the resources of before', () => sameOrFewer(openResources(), resources));
    assert.equal(panels(), 1);
  };

  it(`${EMBEDDED_CYCLES} labs in memory leave nothing`, function () {
    this.timeout(600_000);
    return leavesNothing(this.test!, 'embedded', 5, EMBEDDED_CYCLES);
  });

  if (process.env['LB_LAB_WITH_DOCKER']) {
    it(`${DOCKER_CYCLES} labs on Docker leave nothing`, function () {
      this.timeout(600_000);
      return leavesNothing(this.test!, 'docker', 1, DOCKER_CYCLES);
    });
  }
});

function sameOrFewer(now: Record<string, number>, before: Record<string, number>): boolean {
  return Object.entries(now).every(([kind, count]) => count <= (before[kind] ?? 0));
}
