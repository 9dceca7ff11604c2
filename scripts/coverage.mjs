// Which lines of src/packet and src/forwarder their tests run. Lines that none runs must be explained in
// scripts/uncovered.json, by their text; what is unexplained fails. A line counts when all of it ran. Explanations that
// are no longer needed are listed: some lines are reached by chance, so they do not fail.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const folder = mkdtempSync(join(tmpdir(), 'lb-lab-coverage-'));
const tests = ['packet', 'forwarder', 'forwarder/kernel', 'forwarder/vrrp'].map(
  (name) => `test/${name}/*.test.ts`,
);
const mocha = spawnSync(
  process.execPath,
  ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', ...tests],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_V8_COVERAGE: folder },
  },
);
const explained = JSON.parse(readFileSync(new URL('uncovered.json', import.meta.url), 'utf8'));
/** Lines that ran and lines that did not, by file. A line ran when any process ran any of it. */
const files = new Map();
for (const name of readdirSync(folder)) read(JSON.parse(readFileSync(join(folder, name), 'utf8')));
rmSync(folder, { recursive: true });

let [ran, total, problems] = [0, 0, 0];
for (const [file, lines] of [...files].sort(([a], [b]) => a.localeCompare(b))) {
  const text = readFileSync(root + file, 'utf8').split('\n');
  const missed = [...lines]
    .filter(([, hit]) => !hit)
    .map(([line]) => line)
    .sort((a, b) => a - b);
  total += lines.size;
  ran += lines.size - missed.length;
  const reasons = explained[file] ?? {};
  const unexplained = missed.filter((line) => !(text[line].trim() in reasons));
  const stale = Object.keys(reasons).filter((line) => !missed.some((number) => text[number].trim() === line));
  problems += unexplained.length;
  const share = ((1 - missed.length / lines.size) * 100).toFixed(1).padStart(5);
  console.log(`${share} %  ${file}`);
  for (const line of missed) {
    const why = reasons[text[line].trim()] ?? 'NOT EXPLAINED';
    console.log(`         ${String(line + 1).padStart(4)}: ${text[line].trim()}  — ${why}`);
  }
  for (const line of stale) console.log(`         explained, but it runs or is gone: ${line}`);
}
console.log(`${((ran / total) * 100).toFixed(1)} % of ${total} lines, ${problems} not explained`);
process.exit(mocha.status !== 0 || problems > 0 ? 1 : 0);

function read(coverage) {
  for (const { url, functions } of coverage.result) {
    const file = url.startsWith('file:') ? fileURLToPath(url.split('?')[0]).replace(root, '') : '';
    if (!/^src\/(packet|forwarder)\//.test(file) || file.startsWith('src/forwarder/ports/')) continue;
    const cached = coverage['source-map-cache']?.[url];
    if (cached?.data) count(file, functions, cached);
  }
}

/** Blocks nest: the innermost one that holds a piece of the generated code says whether it ran. */
function count(file, functions, { lineLengths, data }) {
  const map = new SourceMap(data);
  const lines = files.get(file) ?? new Map();
  files.set(file, lines);
  const ranges = functions.flatMap((one) => one.ranges);
  const starts = [];
  lineLengths.reduce((at, length) => (starts.push(at), at + length + 1), 0);
  for (const [line, start] of starts.entries()) {
    for (let column = 0; column < lineLengths[line]; column++) {
      const entry = /** @type {import('node:module').SourceMapping} */ (map.findEntry(line, column));
      if (entry.generatedLine !== line || entry.generatedColumn !== column) continue;
      const at = start + column;
      let innermost;
      for (const range of ranges) {
        const holds = range.startOffset <= at && at < range.endOffset;
        const size = range.endOffset - range.startOffset;
        if (holds && (!innermost || size <= innermost.size)) innermost = { size, count: range.count };
      }
      const hit = (innermost?.count ?? 1) > 0;
      const original = entry.originalLine;
      // A line of which a part did not run counts as not run, in this process; another one may have run it.
      const here = (lines.here ??= new Map());
      here.set(original, (here.get(original) ?? true) && hit);
    }
  }
  for (const [line, hit] of lines.here ?? []) lines.set(line, (lines.get(line) ?? false) || hit);
  lines.here = undefined;
}
