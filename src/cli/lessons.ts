import { chooseEngine, isEngineChoice } from './choose-engine.ts';
import { CliError, parseOptions, type Cli } from './cli.ts';
import { checkOutputs, writeOutput } from './files.ts';
import { findFiles, lessonNames } from './lessons/find-files.ts';
import { grade, isShown, type Graded } from './lessons/grade.ts';
import { json } from './lessons/json.ts';
import { junit } from './lessons/junit.ts';
import { reasonLines } from './lessons/lines.ts';

const options = {
  engine: { type: 'string', default: 'embedded' },
  junit: { type: 'string' },
  json: { type: 'string' },
} as const;

/**
 * `lb-lab lessons` lists the lessons; with words it runs what they name: `all`, lessons, files, folders. Exit 0 when each
 * file showed what it is meant to show, 1 when one did not, 2 for a bad call, 130 when interrupted.
 */
export async function lessons(call: Cli, args: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions(call, args, options, Infinity);
  const { engine } = values;
  if (!isEngineChoice(engine)) throw new CliError('cli.unknown-engine', { engine });
  if (positionals.length === 0) {
    if (values.junit !== undefined || values.json !== undefined) throw new CliError('cli.lessons-none');
    list(call);
    return 0;
  }
  const { files, leftOut } = findFiles(positionals);
  const cli = checkOutputs(call, [values.junit, values.json]);
  const grades: Graded[] = [];
  for (const file of files) {
    const graded = await grade(cli, file, (path) => chooseEngine(cli, engine, { quiet: true, file: path }));
    if (graded.interrupted) return 130;
    grades.push(graded);
    const isGood = isShown(graded);
    cli.out(`${cli.paint(isGood ? 'good' : 'bad', isGood ? '✓' : '✗')} ${graded.name}`);
    for (const line of reasonLines(cli, graded)) cli.out(`    ${line}`);
  }
  const shown = grades.filter(isShown).length;
  cli.out(cli.translate('cli.lessons-shown', { shown, all: grades.length }));
  if (leftOut > 0) cli.out(cli.translate('cli.lessons-left-out', { count: leftOut }));
  if (values.junit !== undefined) writeOutput(values.junit, [junit(cli, grades)]);
  if (values.json !== undefined) writeOutput(values.json, [json(cli, grades)]);
  return shown === grades.length ? 0 : 1;
}

function list(cli: Cli): void {
  const names = lessonNames();
  const width = Math.max(...names.map((name) => name.length));
  for (const name of names) cli.out(`  ${name.padEnd(width)}  ${cli.translate(`lesson.${name}`)}`);
  cli.out(cli.translate('cli.lessons-how'));
}
