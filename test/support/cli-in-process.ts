import { parseArgs } from 'node:util';
import { CliError, linesOf, type Cli } from '../../src/cli/cli.ts';
import { terminal } from '../../src/cli/terminal.ts';
import type { Locale } from '../../src/l10n/translate.ts';
import { makeTranslate } from './translate.ts';

type Command = (cli: Cli, args: readonly string[]) => Promise<number>;

export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as `main` does, with what it prints caught: no process, no build. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  { colours = false, locale = 'en' as Locale } = {},
): Promise<Printed> {
  const printed = { out: '', err: '' };
  const into = (name: keyof typeof printed) => ({ write: (text: string) => (printed[name] += text) });
  const cli: Cli = {
    translate: makeTranslate(locale),
    locale,
    ...terminal(into('out'), into('err'), colours),
    parse: parseArgs,
  };
  try {
    return { code: await command(cli, args), ...printed };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    linesOf(`lb-lab: ${cli.translate(error.key, error.params)}`).forEach(cli.err);
    return { code: error.exitCode, ...printed };
  }
}
