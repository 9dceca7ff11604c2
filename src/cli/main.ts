import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { localeOf, makeTranslate } from '../l10n/translate.ts';
import { attach } from './attach.ts';
import { check } from './check.ts';
import { CliError, linesOf, type Cli } from './cli.ts';
import { explain } from './explain.ts';
import { forward } from './forward.ts';
import { image } from './image.ts';
import { clean } from './clean.ts';
import { lessons } from './lessons.ts';
import { plan } from './plan.ts';
import { ps } from './ps.ts';
import { run } from './run.ts';
import { shell } from './shell.ts';
import { stop } from './stop.ts';
import { hasColours } from './paint.ts';
import { terminal } from './terminal.ts';

const commands: Readonly<Record<string, (cli: Cli, args: readonly string[]) => Promise<number>>> = {
  run,
  check,
  plan,
  image,
  ps,
  stop,
  attach,
  shell,
  clean,
  forward,
  explain,
  lessons,
};

/** `lb-lab COMMAND …`; returns the exit code: 0 as meant, 1 not so, 2 a bad file or call, 130 ended by Ctrl-C. */
async function main(args: readonly string[]): Promise<number> {
  const cli: Cli = {
    translate: makeTranslate(localeOf(languageOf(args))),
    ...terminal(process.stdout, process.stderr, hasColours(process.stdout)),
    parse: parseArgs,
  };
  const [name = 'help', ...rest] = withoutLanguage(args);
  try {
    if (['help', '--help', '-h'].includes(name)) {
      linesOf(cli.translate('cli.help')).forEach(cli.out);
      return args.length === 0 ? 2 : 0;
    }
    if (['--version', '-v'].includes(name)) {
      cli.out(packageJson.version);
      return 0;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw new CliError('cli.unknown-command', { command: name });
    const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
    if (own.includes('--help') || own.includes('-h')) {
      linesOf(cli.translate('cli.help')).forEach(cli.out);
      return 0;
    }
    return await command(cli, rest);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    linesOf(`lb-lab: ${cli.translate(error.key, error.params)}`).forEach(cli.err);
    return error.exitCode;
  }
}

/** `--lang zh-cn` anywhere, else the environment's language. */
function languageOf(args: readonly string[]): string | undefined {
  const at = args.indexOf('--lang');
  if (at >= 0) return args[at + 1];
  const { LB_LAB_LANG, LC_ALL, LC_MESSAGES, LANG } = process.env;
  // An empty variable counts as unset (POSIX, section 8.2).
  return LB_LAB_LANG || LC_ALL || LC_MESSAGES || LANG;
}

function withoutLanguage(args: readonly string[]): string[] {
  const at = args.indexOf('--lang');
  return at < 0 ? [...args] : [...args.slice(0, at), ...args.slice(at + 2)];
}

// A reader that closes early (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await main(process.argv.slice(2));
