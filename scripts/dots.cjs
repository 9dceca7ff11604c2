// mocha's dots, and then which files took longest: where the time of a leg went.
const console = require('node:console');
const { relative } = require('node:path');
const { performance } = require('node:perf_hooks');
const process = require('node:process');
const Mocha = require('mocha');

const SHOWN = 10;

module.exports = class Dots extends Mocha.reporters.Dot {
  /** @param {Mocha.Runner} runner @param {Mocha.MochaOptions} options */
  constructor(runner, options) {
    super(runner, options);
    /** Milliseconds by file, its hooks too. */
    const took = new Map();
    let before = performance.now();
    const count = ({ file }) => {
      const now = performance.now();
      if (file) took.set(file, (took.get(file) ?? 0) + now - before);
      before = now;
    };
    for (const event of ['test end', 'hook end']) runner.on(event, count);
    runner.on('end', () => {
      const slowest = [...took].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
      for (const [file, ms] of slowest)
        console.log(`  ${(ms / 1000).toFixed(1).padStart(6)} s  ${relative(process.cwd(), file)}`);
    });
  }
};
