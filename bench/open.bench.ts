import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCodeServer } from '../scripts/start-code-server.mjs';
import { launchBrowser } from '../test/support/vscode-browser.ts';
import { Workbench } from '../test/support/vscode-workbench.ts';
import { median } from './median.ts';

/**
 * From the command to an opened request on the screen, lab in memory: what somebody waits for who starts a lab in a real
 * VS Code with the packed extension, in a new window each time. Beside it, in the same window and on the same machine, what
 * the editor itself takes from a command to a webview of its own: the preview of a Markdown file.
 */
const RUNS = 5;
const AIM_MS = 2500;

const root = new URL('..', import.meta.url).pathname;
const packed = spawnSync(process.execPath, ['scripts/package.mjs'], { cwd: root, encoding: 'utf8' });
if (packed.status !== 0) throw new Error(packed.stdout + packed.stderr);
const vsix = packed.stdout.trimEnd().split('\n').at(-1)!;

const folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
const lab = join(folder, 'lab');
mkdirSync(lab);
copyFileSync(`${root}examples/dr.lblab.yaml`, join(lab, 'dr.lblab.yaml'));
writeFileSync(join(lab, 'peer.md'), '# A heading\n\nA paragraph.\n');

/** From the click on the command's row to what it leads to, milliseconds. */
async function after(workbench: Workbench, command: string, isThere: () => Promise<void>): Promise<number> {
  await workbench.run(command);
  const began = performance.now();
  await isThere();
  return performance.now() - began;
}

async function times(workbench: Workbench): Promise<{ readonly ours: number; readonly peer: number }> {
  const view = workbench.webview();
  await workbench.openFile('peer.md');
  const peer = await after(workbench, 'markdown.showPreview', () =>
    view.getByRole('heading', { name: 'A heading' }).waitFor({ timeout: 60_000 }),
  );
  await workbench.palette('View: Close All Editors');
  await workbench.tab('peer.md').first().waitFor({ state: 'detached' });
  await workbench.openFile('dr.lblab.yaml');
  // The first request opens itself: its first packet's first hop.
  const ours = await after(workbench, 'lbLab.start', () =>
    view.locator('[role=treegrid] .row.hop').first().waitFor({ state: 'attached', timeout: 60_000 }),
  );
  return { ours, peer };
}

const server = await startCodeServer({ vsix: [vsix], settings: { 'lbLab.engine': 'embedded' } });
const browser = await launchBrowser();
const measured: { readonly ours: number; readonly peer: number }[] = [];
try {
  for (let run = 0; run < RUNS; run += 1) {
    const workbench = await Workbench.open({ browser, server, folder: lab });
    measured.push(await times(workbench));
    await workbench.close();
  }
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
const ours = median(measured.map((one) => one.ours));
const peer = median(measured.map((one) => one.peer));
console.log(
  `VS Code ${server.version}, median of ${RUNS} windows: a request is open ${ours.toFixed(0)} ms after the command ` +
    `(${(ours / AIM_MS).toFixed(2)} of the aim of ${AIM_MS} ms), ${(ours / peer).toFixed(2)} times as long as the editor's own preview of a Markdown file (${peer.toFixed(0)} ms)`,
);
