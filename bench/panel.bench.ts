import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { panelHtml } from '../src/extension/core/panel/panel-html.ts';
import { PanelFeed } from '../src/extension/core/panel/panel-feed.ts';
import type { Recording } from '../src/extension/core/panel/recording.ts';
import { exportPcapng } from '../src/journey/export-pcapng.ts';
import { JourneyBuilder } from '../src/journey/journey-builder.ts';
import { makeTranslate } from '../test/support/translate.ts';
import { EmbeddedEngine } from '../src/lab/embedded/embedded-engine.ts';
import type { FrameEvent, PlanEvent } from '../src/lab/events.ts';
import { loadTopology } from '../src/lab/topology/load.ts';
import type { HostMessage } from '../src/panel-protocol/messages.ts';
import { openInSharkd } from './sharkd.ts';

/**
 * The shipped panel in headless Chromium: 100,000 frames loaded, then scrolled with every hop unfolded. The same frames
 * are opened in Wireshark's engine in the same run.
 */
const FRAMES = 100_000;
const LOAD_LIMIT_MS = 1500;
const DRAW_LIMIT_MS = 8;
const STEPS = 300;
const origin = 'http://panel.test/';

if (!existsSync('dist/webview.js')) throw new Error('Build the panel first: npm run build');
const translate = makeTranslate('en');
const { plan: loaded } = loadTopology(readFileSync('examples/dr.lblab.yaml', 'utf8'), 'dr.lblab.yaml');
if (!loaded) throw new Error('examples/dr.lblab.yaml has errors');
const plan = {
  ...loaded,
  traffic: loaded.traffic.map((entry) => ({ ...entry, count: 1_000_000, everyNs: 2e6 })),
};
const startedAt = '2026-01-01T00:00:00.000000000Z';
const builder = new JourneyBuilder(plan, { engine: 'embedded', startedAt, translate });
const frames: FrameEvent[] = [];
const plans: PlanEvent[] = [];
const engine = new EmbeddedEngine(
  plan,
  (events) => {
    for (const event of events) {
      if (frames.length >= FRAMES) return;
      if (event.kind === 'frame') frames.push(event);
      if (event.kind === 'plan') plans.push(event);
      builder.add([event]);
    }
  },
  { startedAt },
);
engine.startNow();
for (let limit = 1e9; frames.length < FRAMES; limit += 1e9) engine.runUntilSettled(limit);
await engine.stop();

const recording: Recording = {
  file: 'dr.lblab.yaml',
  engine: 'embedded',
  startedAt,
  plan,
  plans,
  builder,
  state: { kind: 'running' },
  changeOf: () => undefined,
  nodeState: () => 'running',
  frame: (number) => frames[number - 1],
  events: () => [],
  frameNumbers: () => [],
  connections: () => Promise.resolve([]),
  lineOf: () => undefined,
  onDidChange: () => ({ dispose: () => undefined }),
};
const messages: HostMessage[] = [];
const feed = new PanelFeed({
  translate,
  locale: 'en',
  post: (message) => {
    messages.push(message);
    if (message.type === 'rows')
      queueMicrotask(() => feed.receive({ type: 'ack', sequence: message.sequence }));
  },
  act: () => undefined,
  open: () => undefined,
  save: () => Promise.resolve(undefined),
  keep: () => undefined,
  kept: () => undefined,
  log: () => undefined,
});
const encodeBegan = performance.now();
feed.show(recording);
feed.receive({ type: 'ready' });
let encodedMs = encodeBegan;
for (let count = -1; messages.length !== count;) {
  count = messages.length;
  encodedMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const encodeMs = encodedMs - encodeBegan;

/** For the way into the page, which knows JSON only; turned back before the clock starts. */
const packed = messages.map((message) =>
  message.type === 'rows'
    ? { ...message, records: Buffer.from(message.records).toString('base64') }
    : message,
);
const bytes = messages.reduce((sum, one) => sum + (one.type === 'rows' ? one.records.byteLength : 0), 0);

const host = `
const packed = ${JSON.stringify(packed)};
const messages = packed.map((one) => one.type === 'rows' ? { ...one, records: Uint8Array.from(atob(one.records), (c) => c.charCodeAt(0)).buffer } : one);
const bench = globalThis.bench = { began: 0, ended: 0, times: [] };
const raf = requestAnimationFrame.bind(globalThis);
globalThis.requestAnimationFrame = (run) => raf((time) => { const began = performance.now(); run(time); bench.times.push(performance.now() - began); });
const last = messages.findLastIndex((one) => one.type === 'rows');
let next = 0;
const post = () => { const data = messages[next++]; queueMicrotask(() => dispatchEvent(new MessageEvent('message', { data }))); };
const postRows = () => { do post(); while (next < messages.length && messages[next - 1].type !== 'rows'); };
globalThis.acquireVsCodeApi = () => ({ postMessage(message) {
  if (message.type === 'ready') { bench.began = performance.now(); postRows(); postRows(); }
  if (message.type !== 'ack') return;
  if (next < messages.length) postRows();
  if (message.sequence === messages[last].sequence) raf(() => raf(() => bench.ended = performance.now()));
} });
`;

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ],
});
const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, bypassCSP: true });
await page.route(`${origin}**`, (route) => {
  const name = new URL(route.request().url()).pathname.slice(1);
  if (name === 'host.js') return route.fulfill({ body: host, contentType: 'text/javascript' });
  if (name !== '') return route.fulfill({ path: `dist/${name}` });
  const html = panelHtml({
    nonce: 'n',
    cspSource: origin,
    locale: 'en',
    title: 'bench',
    script: 'webview.js',
    style: 'webview.css',
    icons: 'codicon.css',
  });
  const body = html.replace('<script', '<script nonce="n" src="host.js"></script><script');
  return route.fulfill({ body, contentType: 'text/html' });
});
await page.goto(origin);
await page.waitForFunction('bench.ended > 0', undefined, { timeout: 60_000 });
const loadMs = await page.evaluate<number>('bench.ended - bench.began');
await page.locator('[role=treegrid]').focus();
await page.keyboard.press('3');
await page.waitForTimeout(1500);
const times = await page.evaluate<number[]>(
  `(async () => {
  const scroller = document.querySelector('.scroller');
  bench.times.length = 0;
  const span = scroller.scrollHeight - scroller.clientHeight;
  for (let step = 0; step < ${STEPS}; step++) {
    scroller.scrollTop = step % 3 === 0 ? (span * step) / ${STEPS} : scroller.scrollTop + 120;
    await new Promise((resolve) => raf(() => raf(resolve)));
  }
  return bench.times;
})()`.replaceAll('raf(', '((run) => setTimeout(run, 8))('),
);
// The page's own, once what loading left behind is gone.
const devtools = await page.context().newCDPSession(page);
await devtools.send('HeapProfiler.collectGarbage');
const { usedSize: heapBytes } = await devtools.send('Runtime.getHeapUsage');
await browser.close();
feed.dispose();

const folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
const file = join(folder, 'frames.pcapng');
writeFileSync(file, exportPcapng([...plans, ...frames], builder.report(), plan, translate));
const peer = await openInSharkd(file).finally(() => rmSync(folder, { recursive: true, force: true }));

const sorted = times.toSorted((a, b) => a - b);
const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? NaN;
const share = (value: number, limit: number) => `${(value / limit).toFixed(2)} of the limit of ${limit} ms`;
console.log(
  `${frames.length} frames, ${(bytes / 64).toLocaleString('en')} records, ${(bytes / 1e6).toFixed(1)} MB`,
);
console.log(`host: joined and encoded in slices within ${encodeMs.toFixed(0)} ms`);
console.log(`view: loaded and drawn in ${loadMs.toFixed(0)} ms, ${share(loadMs, LOAD_LIMIT_MS)}`);
console.log(
  `view: scroll redraw p95 ${p95.toFixed(2)} ms over ${times.length} pictures, ${share(p95, DRAW_LIMIT_MS)}`,
);
const mb = (count: number) => `${(count / 1e6).toFixed(0)} MB`;
console.log(
  `view: ${mb(heapBytes)} of heap (its records of ${mb(bytes)} are beside it), with the ${frames.length} frames' hops unfolded`,
);
if (peer) {
  const { loadMs: sharkdMs, framesMs, peakBytes } = peer;
  if (peer.frames !== frames.length) throw new Error(`sharkd saw ${peer.frames} frames`);
  console.log(
    `sharkd: loaded in ${sharkdMs.toFixed(0)} ms, columns of all frames in ${framesMs.toFixed(0)} ms, peak ${mb(peakBytes)}`,
  );
  console.log(
    `joined, encoded, loaded and drawn here against loaded and listed there: ${((encodeMs + loadMs) / (sharkdMs + framesMs)).toFixed(2)} of the time`,
  );
} else console.log('sharkd is not installed (Debian: wireshark-common)');
