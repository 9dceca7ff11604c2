import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { meetsExpectation } from '../journey/expectation.ts';
import { loadTopology } from '../lab/topology/load.ts';
import { chooseEngine, isEngineChoice } from './choose-engine.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { readText } from './files.ts';
import { packageRoot } from './package-root.ts';
import { record } from './record.ts';

const ENDING = '.lblab.yaml';
const options = { engine: { type: 'string', default: 'embedded' } } as const;

/**
 * `lb-lab lessons` lists the lessons; `lb-lab lessons all` and `lb-lab lessons NAME …` run them (a file will do for a
 * name). Exit 0 when each of them showed what it is meant to show, 1 when one did not, 2 for a bad call.
 */
export async function lessons(cli: Cli, args: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions(cli, args, options, Infinity);
  if (!isEngineChoice(values.engine)) throw new CliError('cli.unknown-engine', { engine: values.engine });
  const folder = join(packageRoot(), 'examples', 'lessons');
  const all = readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length));
  if (positionals.length === 0) {
    const width = Math.max(...all.map((name) => name.length));
    for (const name of all) cli.out(`  ${name.padEnd(width)}  ${cli.translate(`lesson.${name}`)}`);
    cli.out(cli.translate('cli.lessons-how'));
    return 0;
  }
  const wanted = positionals.includes('all') ? all : positionals;
  const files = wanted.map((name) => (all.includes(name) ? join(folder, name + ENDING) : name));
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new CliError('cli.no-such-lesson', { lesson: missing });
  let shown = 0;
  for (const file of files) if (await isShown(cli, file, values.engine)) shown++;
  cli.out(cli.translate('cli.lessons-shown', { shown, all: files.length }));
  return shown === files.length ? 0 : 1;
}

/** Runs one lesson and prints a line about it. */
async function isShown(cli: Cli, file: string, engine: Parameters<typeof chooseEngine>[1]): Promise<boolean> {
  const name = basename(file, ENDING);
  const { plan, expect, problems } = loadTopology(readText(file), basename(file));
  let differences: readonly string[];
  if (!plan) {
    const errors = problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    const asMeant =
      expect !== undefined && [...new Set(errors)].sort().join() === [...expect.problems].sort().join();
    differences = asMeant ? [] : errors;
  } else {
    const { report } = await record(cli, plan, await chooseEngine(cli, engine, { quiet: true }), {
      duration: undefined,
    });
    differences = meetsExpectation(report, expect).differences.map(({ what, expected, observed }) =>
      cli.translate('cli.difference', {
        what: cli.translate(`cli.what.${what}`),
        expected: expected || '–',
        observed: observed || '–',
      }),
    );
  }
  const isGood = differences.length === 0;
  cli.out(`${cli.paint(isGood ? 'good' : 'bad', isGood ? '✓' : '✗')} ${name}`);
  for (const difference of differences) cli.out(`    ${difference}`);
  return isGood;
}
