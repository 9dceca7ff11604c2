// Judges the tests: makes small changes to the code, one at a time, and says which of them no test noticed.
//   npm run mutate -- [--area NAME] [--file PART] [--sample N] [--seed S] [--seconds LIMIT] [--out FILE]
// Areas: promises, outcomes, explanations, forwarder; all when left out. Works on a copy: this folder stays as it is.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { clearTimeout, setTimeout } from 'node:timers';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies, root } from './setup.mjs';

/** What is changed, and the tests whose business it is. */
const areas = {
  promises: {
    files:
      /^src\/journey\/(promise|choice|request-tuple|prediction|next-macs|wrapped-pieces|clamped-mss|evidence)/,
    tests: [
      'test/journey/promise*.test.ts',
      'test/journey/clamped-mss.test.ts',
      'test/journey/capture-points.test.ts',
      'test/journey/no-false-red.test.ts',
    ],
  },
  outcomes: {
    files: /^src\/journey\/(outcomes|arrivals|expectation|reasons|retransmissions)/,
    tests: [
      'test/journey/truth-tables.test.ts',
      'test/journey/expectation.test.ts',
      'test/journey/middle.test.ts',
      'test/journey/explanations.test.ts',
      'test/journey/updates.test.ts',
    ],
  },
  explanations: {
    files: /^src\/journey\/explanations/,
    tests: ['test/journey/explanations.test.ts', 'test/lab/lessons.test.ts'],
  },
  forwarder: {
    files: /^src\/forwarder\//,
    tests: ['test/forwarder/*.test.ts', 'test/forwarder/ports/*.test.ts', 'test/models.test.ts'],
  },
};

ensureDependencies();
const { mutantsOf, mutated } = await import('./mutants.mjs');
const { values } = parseArgs({
  options: {
    area: { type: 'string' },
    file: { type: 'string', default: '' },
    sample: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '120' },
    out: { type: 'string' },
  },
});
if (values.area !== undefined && !Object.hasOwn(areas, values.area)) {
  console.error(`--area: one of ${Object.keys(areas).join(', ')}`);
  process.exit(2);
}
/** Read, and found to change nothing that anybody could see; each with its reason. */
const equivalent = JSON.parse(readFileSync(`${root}scripts/equivalent-mutants.json`, 'utf8'));

const folder = mkdtempSync(join(tmpdir(), 'lb-lab-mutate-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
for (const part of [
  'src',
  'test',
  'examples',
  'l10n',
  'docs',
  'media',
  'scripts',
  'package.json',
  'tsconfig.json',
  '.mocharc.json',
])
  cpSync(root + part, join(folder, part), { recursive: true });
symlinkSync(`${root}node_modules`, join(folder, 'node_modules'), 'junction');

const names = values.area === undefined ? Object.keys(areas) : [values.area];
const sources = readdirSync(`${root}src`, { recursive: true })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts') && name.includes(values.file))
  .sort();
const candidates = names.flatMap((area) =>
  sources
    .filter((file) => areas[area].files.test(file))
    .flatMap((file) => mutantsOf(file, readFileSync(root + file, 'utf8')).map((one) => ({ ...one, area }))),
);
const lineOf = ({ file, line }) =>
  readFileSync(root + file, 'utf8')
    .split('\n')
    .at(line - 1)
    .trim();
const isEquivalent = (one) =>
  equivalent.some(
    ({ file, text, was, becomes }) =>
      file === one.file && text === lineOf(one) && was === one.was && becomes === one.becomes,
  );
const chosen = sampleOf(
  candidates.filter((one) => !isEquivalent(one)),
  Number(values.sample),
  Number(values.seed),
);

for (const area of new Set(chosen.map((one) => one.area))) {
  if ((await test(area)) === 0) continue;
  console.error(`The tests of ${area} fail without any change: nothing can be learned from them.`);
  process.exit(1);
}
console.log(`${chosen.length} of ${candidates.length} mutants`);
const results = [];
for (const [index, one] of chosen.entries()) {
  const text = readFileSync(root + one.file, 'utf8');
  writeFileSync(join(folder, one.file), mutated(text, one));
  const code = await test(one.area);
  writeFileSync(join(folder, one.file), text);
  results.push({ ...one, survived: code === 0, timedOut: code === undefined });
  if (code === 0) {
    console.log(
      `survived  ${one.file}:${one.line}  ${one.kind}  «${one.was}» → «${one.becomes}»\n            ${lineOf(one)}`,
    );
  } else if (process.stderr.isTTY) process.stderr.write(`\r${index + 1}/${chosen.length} `);
}
for (const area of names) {
  const own = results.filter((one) => one.area === area);
  const noticed = own.filter(({ survived }) => !survived).length;
  if (own.length > 0)
    console.log(
      `${area}: ${noticed} of ${own.length} noticed (${Math.round((100 * noticed) / own.length)} %)`,
    );
}
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(results, undefined, 1)}\n`);

/** The exit code of the area's tests, which stop at the first that fails; undefined when they took too long. */
function test(area) {
  return new Promise((resolve) => {
    const args = ['node_modules/mocha/bin/mocha.js', '--bail', '--reporter', 'dot', ...areas[area].tests];
    // A mutant may loop for ever, where no test's own limit reaches.
    const env = { ...process.env, FC_RUNS: '8', NO_COLOR: '1' };
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore', env });
    const timer = setTimeout(() => child.kill('SIGKILL'), Number(values.seconds) * 1000);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code ?? undefined);
    });
  });
}

/** The same for the same seed; all when there are no more. */
function sampleOf(all, count, seed) {
  const rest = [...all];
  const taken = [];
  let state = seed >>> 0;
  while (taken.length < count && rest.length > 0) {
    // Numerical Recipes' generator: which mutants are taken decides nothing else.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    taken.push(...rest.splice(Math.floor((state / 2 ** 32) * rest.length), 1));
  }
  return taken;
}
