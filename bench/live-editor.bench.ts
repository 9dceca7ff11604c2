import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCodeServer } from '../scripts/start-code-server.mjs';
import { launchBrowser } from '../test/support/vscode-browser.ts';
import { Workbench } from '../test/support/vscode-workbench.ts';

/**
 * The packed extension in a real VS Code (code-server), with a lab in memory that makes about 5,000 frames a second for a
 * minute while the panel follows: pictures a second, the extension host's event-loop delay, and whether what the panel
 * counts is what came.
 */
const SECONDS = 60;
/** Of the DR example a request is this many frames, once ARP has answered. */
const FRAMES_PER_REQUEST = 52;
const RATE = 5000;
const LIMIT_FPS = 50;
const LIMIT_DELAY_MS = 20;

const folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
const lab = join(folder, 'lab');
const [probe, report] = [join(folder, 'probe.cjs'), join(folder, 'report.json')];
mkdirSync(lab);
const everyUs = Math.round((1e6 * FRAMES_PER_REQUEST) / RATE);
const example = readFileSync('examples/dr.lblab.yaml', 'utf8');
writeFileSync(
  join(lab, 'busy.lblab.yaml'),
  `${example.slice(0, example.indexOf('traffic:'))}traffic:\n  - { from: client1, every: ${everyUs}us, count: 1000000, request: GET / }\n`,
);
// The editor lets no options of Node through to its extension host, so what measures it comes in with the extension.
// It begins anew whenever the report has been taken away.
writeFileSync(
  probe,
  `{
  const { existsSync, writeFileSync } = require('node:fs');
  const delay = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  setInterval(() => {
    if (!existsSync(${JSON.stringify(report)})) delay.reset();
    const { heapUsed, external, rss } = process.memoryUsage();
    const ms = (share) => delay.percentile(share) / 1e6;
    writeFileSync(${JSON.stringify(report)}, JSON.stringify({ median: ms(50), p99: ms(99), most: delay.max / 1e6, heapUsed, external, rss }));
  }, 1000).unref();
}`,
);

/** Runs in the page, which has what this program's types do not know. */
function countPictures(_: unknown, seconds: number): Promise<number> {
  const { requestAnimationFrame: soon } = globalThis as unknown as {
    readonly requestAnimationFrame: (run: () => void) => void;
  };
  return new Promise((done) => {
    const until = performance.now() + seconds * 1000;
    let count = 0;
    const next = () => {
      count++;
      if (performance.now() < until) soon(next);
      else done(count);
    };
    soon(next);
  });
}

interface Report {
  readonly median: number;
  readonly p99: number;
  readonly most: number;
  readonly heapUsed: number;
  readonly external: number;
}

const packing = spawnSync(process.execPath, ['scripts/package.mjs'], { encoding: 'utf8' });
if (packing.status !== 0) throw new Error(packing.stdout + packing.stderr);
const vsix = packing.stdout.trimEnd().split('\n').at(-1)!;
const server = await startCodeServer({
  vsix: [vsix],
  settings: { 'lbLab.engine': 'embedded' },
});
const extensions = join(server.folder, 'extensions');
const installed = readdirSync(extensions).find((name) => name.startsWith('lb-lab.'));
if (installed === undefined) throw new Error('the extension is not installed');
const { main } = JSON.parse(readFileSync(join(extensions, installed, 'package.json'), 'utf8')) as {
  readonly main: string;
};
const entry = join(extensions, installed, main);
writeFileSync(entry, `require(${JSON.stringify(probe)});\n${readFileSync(entry, 'utf8')}`);
const browser = await launchBrowser();
try {
  const workbench = await Workbench.open({ browser, server, folder: lab });
  await workbench.openFile('busy.lblab.yaml');
  await workbench.run('lbLab.start');
  const panel = workbench.webview();
  await panel.locator('[role=treegrid] [role=row]').first().waitFor({ timeout: 60_000 });
  await panel.locator('[role=treegrid]').focus();
  await panel.locator('[role=treegrid]').press('f');
  // The counts stand beside the filter.
  await panel.locator('[role=treegrid]').press('/');
  const counted = async () => {
    const text = await panel.locator('.counts').innerText();
    const number = (unit: string) => Number(new RegExp(`(\\d+) ${unit}`).exec(text)?.[1] ?? 0);
    return { frames: number('frame'), lost: number('not recorded'), text };
  };
  await sleep(3000);
  rmSync(report, { force: true });
  for (let waited = 0; !existsSync(report); waited += 50) {
    if (waited > 30_000) throw new Error('the extension host does not measure itself');
    await sleep(50);
  }
  const before = await counted();
  const began = performance.now();
  const pictures = await panel.locator('body').evaluate(countPictures, SECONDS);
  const seconds = (performance.now() - began) / 1000;
  const after = await counted();
  await sleep(1100);
  const { median, p99, most, heapUsed, external } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const share = (value: number, limit: number) => (value / limit).toFixed(2);
  const fps = pictures / seconds;
  console.log(
    `VS Code ${server.version}: ${((after.frames - before.frames) / seconds).toFixed(0)} frames/s for ${seconds.toFixed(0)} s, ${after.lost} not recorded (${after.text})`,
  );
  console.log(
    `panel: ${fps.toFixed(1)} pictures a second, ${share(fps, LIMIT_FPS)} of the aim of ${LIMIT_FPS}`,
  );
  console.log(
    `extension host: event-loop delay median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${share(p99, LIMIT_DELAY_MS)} of the limit of ${LIMIT_DELAY_MS} ms), most ${most.toFixed(0)} ms`,
  );
  console.log(
    `extension host: ${((heapUsed + external) / 1e6).toFixed(0)} MB of heap and buffers at the end`,
  );
} finally {
  await browser.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
