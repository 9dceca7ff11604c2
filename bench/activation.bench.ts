import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { startCodeServer } from '../scripts/start-code-server.mjs';
import { launchBrowser } from '../test/support/vscode-browser.ts';
import { Workbench } from '../test/support/vscode-workbench.ts';
import { median } from './median.ts';

/**
 * What a real VS Code says that the packed extension took on its first topology file: loading its entry and `activate`
 * (Developer: Show Running Extensions), in a new window and extension host each time. And how big the package is.
 */
const RUNS = 7;
const LIMIT_MS = 50;
const LIMIT_KIB = 2048;

const root = new URL('..', import.meta.url).pathname;

const packed = spawnSync(process.execPath, ['scripts/package.mjs'], { cwd: root, encoding: 'utf8' });
if (packed.status !== 0) throw new Error(packed.stdout + packed.stderr);
const vsix = packed.stdout.trimEnd().split('\n').at(-1)!;

async function activationMs(workbench: Workbench): Promise<number> {
  await workbench.openFile('dr.lblab.yaml');
  await workbench.palette('Developer: Show Running Extensions');
  const row = workbench.page
    .locator('.runtime-extensions-editor .monaco-list-row')
    .filter({ hasText: 'LB Lab' });
  return Number(/(\d+)\s*ms/.exec(await row.locator('.activation-time').innerText())![1]);
}

const browser = await launchBrowser();
const server = await startCodeServer({ vsix: [vsix] });
const times: number[] = [];
try {
  for (let run = 0; run < RUNS; run++) {
    const workbench = await Workbench.open({ browser, server, folder: `${root}examples` });
    times.push(await activationMs(workbench));
    await workbench.close();
  }
} finally {
  await server.stop();
  await browser.close();
}
const [middle, most] = [median(times), Math.max(...times)];
console.log(
  `activation in VS Code ${server.version}: median of ${RUNS} windows ${middle} ms ` +
    `(${(middle / LIMIT_MS).toFixed(2)} of the limit of ${LIMIT_MS} ms), least ${Math.min(...times)} ms, most ${most} ms`,
);
const entry = readFileSync(`${root}out/package/dist/extension.cjs`).length / 1024;
const kib = statSync(vsix).size / 1024;
console.log(
  `package: ${kib.toFixed(0)} KiB (${(kib / LIMIT_KIB).toFixed(2)} of the limit of ${LIMIT_KIB} KiB); ` +
    `the entry, loaded on activation, is ${entry.toFixed(0)} KiB before compression`,
);
