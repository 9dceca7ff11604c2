// Runs an area's tests against one mutant after another, all of which stand in the code already: see mutate.mjs.
// Arguments: the number of the mutant that is active from the start (0: none), then the test files.
import Mocha from 'mocha';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

// Whoever asked is gone.
process.on('disconnect', () => process.exit());

const [first, ...files] = process.argv.slice(2);
let active = Number(first);
/** What met a mutant: tests by their full titles, and files that met it while they were read. */
const metBy = new Map();
let meeting = [];
/** What was met since that changed. */
const metSince = new Set();
let wasMet = false;
/** A mutant may loop for ever: no test meets many times the mutants that it meets without any. */
let calls = 0;
let limit = Infinity;
/** How many mutants each test met, by its full title. */
const callsOf = new Map();
globalThis.$mutant = (number) => {
  if (++calls > limit) throw new Error('It does not end.');
  if (number === active) wasMet = true;
  if (meeting !== undefined && !metSince.has(number)) {
    metSince.add(number);
    const tests = metBy.get(number) ?? new Set();
    for (const one of meeting) tests.add(one);
    metBy.set(number, tests);
  }
  return number === active;
};

// A run that was broken off may leave something behind that fails later: no business of the next mutant's.
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => undefined);

// Who asks waits only so long.
const mocha = new Mocha({ timeout: 0, reporter: class extends Mocha.reporters.Base {} });
mocha.cleanReferencesAfterRun(false);
for (const support of ['./test/support/property-seed.ts', './test/support/running.ts']) {
  const { mochaHooks } = await import(pathToFileURL(resolve(support)).href);
  if (mochaHooks !== undefined) mocha.rootHooks(mochaHooks);
}
for (const file of files) mocha.addFile(resolve(file));
mocha.suite.on('pre-require', (_context, file) => meetBy([file]));
await mocha.loadFilesAsync();

if (active !== 0) {
  process.send({ number: active, failed: await run(undefined) });
  process.disconnect();
} else {
  const failed = await run(undefined, {
    hook: (hook) => {
      meetBy(titlesIn(hook.parent));
      calls = 0;
    },
    'hook end': (hook) => callsOf.set(hook.fullTitle(), calls),
    test: (test) => {
      meetBy([test.fullTitle()]);
      calls = 0;
    },
    'test end': (test) => callsOf.set(test.fullTitle(), calls),
  });
  meeting = undefined;
  const took = new Map(mocha.suite.suites.map((suite) => [suite, durationOf(suite)]));
  mocha.suite.suites.sort((a, b) => took.get(a) - took.get(b));
  process.send({
    failed,
    met: [...metBy].map(([number, by]) => [number, files.filter((file) => by.has(resolve(file)))]),
  });
  process.on('message', async (message) => {
    const number = Number(message);
    active = number;
    wasMet = false;
    const bounded = (title) => {
      calls = 0;
      limit = 20 * (callsOf.get(title) ?? 0) + 100_000;
    };
    const failed = await run(number === 0 ? undefined : metBy.get(number), {
      hook: (hook) => bounded(hook.fullTitle()),
      test: (test) => bounded(test.fullTitle()),
    });
    process.send({ number, failed, wasMet });
  });
}

function meetBy(names) {
  meeting = names;
  metSince.clear();
}

/** The first test that fails with all of its message, or undefined. */
function run(titles, listeners = {}) {
  // All that is asked of a pattern is whether a title fits.
  const pattern = /** @type {unknown} */ ({ test: (/** @type {string} */ title) => titles.has(title) });
  mocha.options.grep = titles === undefined ? undefined : /** @type {RegExp} */ (pattern);
  return new Promise((done) => {
    let failed;
    const runner = mocha.run(() => done(failed));
    for (const [event, listener] of Object.entries(listeners)) runner.on(event, listener);
    runner.on('fail', (test, error) => {
      failed ??= `${test.fullTitle()}: ${String(error?.message).split('\n')[0]}`;
      runner.abort();
    });
  });
}

function titlesIn(suite) {
  return [...suite.tests.map((test) => test.fullTitle()), ...suite.suites.flatMap(titlesIn)];
}

function durationOf(suite) {
  return [...suite.tests.map((test) => test.duration ?? 0), ...suite.suites.map(durationOf)].reduce(
    (sum, one) => sum + one,
    0,
  );
}
