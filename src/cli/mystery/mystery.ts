import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { levels, type Level } from '../../mystery/faults.ts';
import { revealed } from '../../mystery/judge.ts';
import { mysteryFile } from '../../mystery/mystery-file.ts';
import { MOST_SEED, mysteryOf, type Mystery } from '../../mystery/mystery.ts';
import { MysteryProgress } from '../../mystery/progress.ts';
import { CliError, linesOf, numberOption, parseOptions, type Cli } from '../cli.ts';
import { checkOutputs, readText, writeOutput } from '../files.ts';
import { answered, listCauses, MysterySession } from './mystery-session.ts';

const options = {
  seed: { type: 'string' },
  level: { type: 'string', default: '1' },
  answer: { type: 'string' },
  causes: { type: 'boolean' },
  json: { type: 'string' },
} as const;

/**
 * `lb-lab mystery [FILE] [--seed N] [--level 1..3]`: a lab with something wrong that its file does not say, and a prompt to
 * look at it; with `--answer` no prompt. Exit 0 when it is solved, 1 when not, 2 for a bad call.
 */
export async function mystery(call: Cli, args: readonly string[]): Promise<number> {
  const { positionals, values } = parseOptions(call, args, options, 1);
  if (values.causes) {
    listCauses(call, '');
    return 0;
  }
  const level = levelOf(values.level);
  const seed = numberOption('--seed', values.seed, 0, true) ?? randomInt(10_000);
  if (seed > MOST_SEED) throw new CliError('mystery.bad-seed', { seed, most: MOST_SEED });
  const cli = checkOutputs(call, [values.json]);
  const chosen = mysteryOf({ level, seed });
  const progress = new MysteryProgress(chosen, () => Date.now());
  if (values.answer !== undefined) answered({ cli, progress }, values.answer);
  else await ask(cli, chosen, progress, positionals[0]);
  if (progress.isOver) await reveal(cli, chosen);
  const { result } = progress;
  if (values.json) writeOutput(values.json, [`${JSON.stringify(result, undefined, 2)}\n`]);
  return result.outcome === 'named' || result.outcome === 'mended' ? 0 : 1;
}

async function ask(
  cli: Cli,
  chosen: Mystery,
  progress: MysteryProgress,
  file: string | undefined,
): Promise<void> {
  const { level, seed, fault } = chosen;
  const isNew = file !== undefined && !existsSync(file);
  const text = mysteryFile(chosen, cli.translate);
  if (isNew) writeOutput(file, [text]);
  const session = new MysterySession({
    ...{ cli, mystery: chosen, progress },
    file: file === undefined ? undefined : { name: file, read: () => readText(file) },
  });
  cli.out(cli.paint('heading', cli.translate('mystery.title', { level, seed, model: fault.lab })));
  if (file === undefined) linesOf(text).forEach(cli.out);
  else cli.out(cli.translate(isNew ? 'mystery.written' : 'mystery.reading', { file }));
  for (const key of ['mystery.sealed', ...(file === undefined ? ['mystery.no-file'] : []), 'mystery.how'])
    cli.out(cli.translate(key));

  const isTerminal = process.stdin.isTTY;
  const lines = createInterface({ input: process.stdin, ...(isTerminal && { output: process.stdout }) });
  const prompt = () => {
    if (!isTerminal) return;
    lines.setPrompt(session.prompt);
    lines.prompt();
  };
  prompt();
  for await (const line of lines) {
    await session.line(line);
    if (session.isOver) break;
    prompt();
  }
  lines.close();
  const { seconds, looks, answers } = progress.result;
  cli.out(
    cli.translate('mystery.over', {
      seconds,
      looks: Object.values(looks).reduce((sum, count) => sum + count, 0),
      wrong: answers.filter(({ right }) => !right).length,
    }),
  );
}

async function reveal(cli: Cli, chosen: Mystery): Promise<void> {
  const { hidden, explanations } = await revealed(chosen, cli.translate);
  for (const one of hidden) cli.out(cli.translate('mystery.was', one));
  for (const { code, text } of explanations) cli.out(`${cli.paint('warning', code)}: ${text}`);
}

function levelOf(text: string): Level {
  const level = levels.find((one) => String(one) === text);
  if (level === undefined) throw new CliError('mystery.bad-level', { level: text });
  return level;
}
