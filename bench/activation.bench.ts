import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { startCodeServer } from '../scripts/start-code-server.mjs';
import { launchBrowser } from '../test/support/vscode-browser.ts';
import { Workbench } from '../test/support/vscode-workbench.ts';
import { median } from './median.ts';

/**
 * What a real VS Code says that the packed extension took on its first topology file: loading its entry and `activate`
 * (Developer: Show Running Extensions), in a new window and extension host each time, beside an extension that does
 * nothing in the same window. And how big the package is.
 */
const RUNS = 7;
/** More than the empty extension takes. */
const LIMIT_MS = 40;
const LIMIT_KIB = 2048;
/** The list draws only the rows that are in sight, the slowest first: all of them are to be. */
const TALL = { width: 1400, height: 4000 };

const root = new URL('..', import.meta.url).pathname;

const packed = spawnSync(process.execPath, ['scripts/package.mjs'], { cwd: root, encoding: 'utf8' });
if (packed.status !== 0) throw new Error(packed.stdout + packed.stderr);
const vsix = packed.stdout.trimEnd().split('\n').at(-1)!;

const EMPTY = 'Does Nothing';

/** An extension that starts as ours does and has nothing to do. */
async function packEmpty(folder: string): Promise<string> {
  const { engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { engines: object };
  const manifest = {
    name: 'does-nothing',
    displayName: EMPTY,
    publisher: 'lb-lab',
    version: '0.0.1',
    license: 'MIT',
    engines,
    main: './main.js',
    activationEvents: ['onStartupFinished'],
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'main.js'), 'exports.activate = () => {};\n');
  writeFileSync(join(folder, 'README.md'), 'Nothing.\n');
  writeFileSync(join(folder, 'LICENSE'), 'None needed.\n');
  const packagePath = join(folder, 'empty.vsix');
  await createVSIX({ cwd: folder, packagePath, dependencies: false, allowMissingRepository: true });
  return packagePath;
}

async function activationMs(workbench: Workbench): Promise<{ ours: number; empty: number }> {
  await workbench.openFile('dr.lblab.yaml');
  await workbench.palette('Developer: Show Running Extensions');
  const msOf = async (name: string): Promise<number> => {
    const row = workbench.page
      .locator('.runtime-extensions-editor .monaco-list-row')
      .filter({ hasText: name });
    return Number(/(\d+)\s*ms/.exec(await row.locator('.activation-time').innerText())![1]);
  };
  return { ours: await msOf('LB Lab'), empty: await msOf(EMPTY) };
}

const browser = await launchBrowser();
const folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
const server = await startCodeServer({ vsix: [vsix, await packEmpty(folder)] });
const times: { ours: number; empty: number }[] = [];
try {
  for (let run = 0; run < RUNS; run++) {
    const workbench = await Workbench.open({ browser, server, folder: `${root}examples`, size: TALL });
    times.push(await activationMs(workbench));
    await workbench.close();
  }
} finally {
  await server.stop();
  await browser.close();
  rmSync(folder, { recursive: true });
}
const mores = times.map(({ ours, empty }) => ours - empty);
const more = median(mores);
console.log(
  `activation in VS Code ${server.version}: ${more} ms more than an empty extension in the same window, median of ${RUNS} windows ` +
    `(${(more / LIMIT_MS).toFixed(2)} of the limit of ${LIMIT_MS} ms), least ${Math.min(...mores)} ms, most ${Math.max(...mores)} ms; ` +
    `the empty one takes ${median(times.map(({ empty }) => empty))} ms, ours ${median(times.map(({ ours }) => ours))} ms`,
);
const entry = readFileSync(`${root}out/package/dist/extension.cjs`).length / 1024;
const kib = statSync(vsix).size / 1024;
console.log(
  `package: ${kib.toFixed(0)} KiB (${(kib / LIMIT_KIB).toFixed(2)} of the limit of ${LIMIT_KIB} KiB); ` +
    `the entry, loaded on activation, is ${entry.toFixed(0)} KiB before compression`,
);
