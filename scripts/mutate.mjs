// Judges the tests: makes small changes to the code, one at a time, and says which of them no test noticed.
//   npm run mutate -- [--area NAME] [--file PART,…] [--sample N] [--seed S] [--seconds LIMIT] [--out FILE]
// Areas: promises, outcomes, explanations, forwarder; all when left out. Works on a copy: this folder stays as it is.
// Ours, since the Stryker that knows this mocha needs Node 22.
import { fork as forkProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { clearTimeout, setTimeout } from 'node:timers';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies, root } from './setup.mjs';

const journeys = /^test\/(journey|cases)\/.*\.test\.ts$/;
/** What is changed, and the tests whose business it is. */
const areas = {
  promises: {
    files: /^src\/journey\/(promises|predictions)\//,
    tests: journeys,
  },
  outcomes: {
    files:
      /^src\/journey\/(judgement\/|ledger\/|records\/(reasons|evidence|sendings)|flows\/retransmissions|expectation)/,
    tests: journeys,
  },
  explanations: {
    files: /^src\/journey\/explanations\//,
    tests: journeys,
  },
  // The ports onto a real network need one: `test/forwarder/ports` runs alone.
  forwarder: {
    files: /^src\/forwarder\/(?!ports\/)/,
    tests: /^test\/(forwarder\/[^/]*|models)\.test\.ts$/,
  },
};

ensureDependencies();
const { mutantsOf, withMutants } = await import('./mutants.mjs');
const { values } = parseArgs({
  options: {
    area: { type: 'string' },
    file: { type: 'string', default: '' },
    sample: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '20' },
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
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    summarize();
    process.exit(130);
  });
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
const parts = values.file.split(',');
const sources = filesIn('src').filter(
  (name) => name.endsWith('.ts') && parts.some((part) => name.includes(part)),
);
const textOf = new Map(sources.map((file) => [file, readFileSync(root + file, 'utf8')]));
const candidates = names.flatMap((area) =>
  sources
    .filter((file) => areas[area].files.test(file))
    .flatMap((file) => mutantsOf(file, textOf.get(file)).map((one) => ({ ...one, area }))),
);
const lineOf = ({ file, line }) =>
  textOf
    .get(file)
    .split('\n')
    .at(line - 1)
    .trim();
const isEquivalent = (one) =>
  equivalent.some(
    ({ file, text, was, becomes }) =>
      file === one.file && text === lineOf(one) && was === one.was && becomes === one.becomes,
  );
/** In the order in which they were judged. */
const results = [];
/** Numbered from 1; 0 is the code as it is. */
const numbered = candidates.map((mutant, index) => ({ number: index + 1, mutant }));
for (const file of new Set(candidates.map((one) => one.file))) {
  const own = numbered.filter(({ mutant }) => mutant.file === file);
  writeFileSync(join(folder, file), withMutants(textOf.get(file), own));
}
const chosen = sampleOf(
  numbered.filter(({ mutant }) => !isEquivalent(mutant)),
  values.sample === undefined ? Infinity : Number(values.sample),
  Number(values.seed),
);

console.log(`${chosen.length} of ${candidates.length} mutants`);
for (const area of names) {
  const queue = chosen.filter(({ mutant }) => mutant.area === area);
  if (queue.length === 0) continue;
  await Promise.all(Array.from({ length: Number(values.jobs) }, () => judge(area, queue, results)));
}
summarize();
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(results, undefined, 1)}\n`);

/** What is known so far. */
function summarize() {
  for (const area of names) {
    const own = results.filter((one) => one.area === area);
    const noticed = own.filter(({ survived }) => !survived).length;
    if (own.length === 0) continue;
    const percent = ((100 * noticed) / own.length).toFixed(1);
    console.log(`${area}: ${noticed} of ${own.length} noticed (${percent} %)`);
  }
}

/** Takes mutants off the queue, until none is left. */
async function judge(area, queue, into) {
  let judge = undefined;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    judge ??= await judgeOf(area);
    const { number } = next;
    const met = judge.met.get(number);
    let answer = { failed: undefined, wasMet: true };
    // On a busy machine even what no test notices takes its time.
    const limit = Number(values.seconds) + 2 * judge.took;
    if (met !== undefined) answer = await ask(judge.child, number, limit);
    if (answer === undefined) judge = undefined;
    // What is worked out while files are read, or once at its first use, is only reached in a process of its own.
    else if (answer.failed === undefined) {
      const atLoading = next.mutant.atLoading || !answer.wasMet;
      const files = met !== undefined && atLoading ? testsOf(area) : (met ?? []);
      if (files.length > 0) answer = await ask(fork(files, number), undefined, limit);
    }
    tell(
      next.mutant,
      { met: met !== undefined, timedOut: answer === undefined, failed: answer?.failed },
      into,
    );
  }
  judge?.child.disconnect();
}

function tell(mutant, { met, timedOut, failed }, into) {
  const { area, file, line, kind, was, becomes } = mutant;
  const survived = failed === undefined && !timedOut;
  into.push({ area, file, line, kind, was, becomes, survived, met, timedOut, failed });
  if (into.length % 100 === 0) console.error(`${into.length} of ${chosen.length} judged`);
  if (survived)
    console.log(
      `survived${met ? '' : ' (never run)'}  ${file}:${line}  ${kind}  «${was}» → «${becomes}»\n            ${lineOf(mutant)}`,
    );
}

/** A process that has run the tests without any mutant, and knows which mutants they meet and how many seconds it took. */
async function judgeOf(area) {
  let began = performance.now();
  let child = fork(testsOf(area), 0);
  let ready = await ask(child, undefined, 120);
  // On a busy machine one may hang at its start: it says nothing of the tests.
  if (ready === undefined) {
    began = performance.now();
    ready = await ask((child = fork(testsOf(area), 0)), undefined, 600);
  }
  if (ready === undefined || ready.failed !== undefined) {
    console.error(
      `The tests of ${area} fail without any change: nothing can be learned from them. ${ready?.failed}`,
    );
    process.exit(1);
  }
  return { child, met: new Map(ready.met), took: (performance.now() - began) / 1000 };
}

function testsOf(area) {
  return filesIn('test').filter((file) => areas[area].tests.test(file));
}

function fork(files, number) {
  const env = { ...process.env, FC_RUNS: '8', NO_COLOR: '1' };
  /** @type {import('node:child_process').ForkOptions} */
  const options = {
    cwd: folder,
    env,
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  };
  return forkProcess('scripts/mutant-judge.mjs', [String(number), ...files], options);
}

/** Its answer; undefined when it took too long, or ended without one. */
function ask(child, number, seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    const done = (answer) => {
      clearTimeout(timer);
      child.off('message', done).off('close', ended);
      resolve(answer);
    };
    const ended = () => done(undefined);
    child.on('message', done).on('close', ended);
    if (number !== undefined) child.send(number);
  });
}

/** Their paths from the root, in order. */
function filesIn(part) {
  return readdirSync(root + part, { recursive: true })
    .map((name) => `${part}/${name.replaceAll('\\', '/')}`)
    .sort();
}

/** The same for the same seed; all, file by file, when no count is asked for. */
function sampleOf(all, count, seed) {
  if (count === Infinity) return all;
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
