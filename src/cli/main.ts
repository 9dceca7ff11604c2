#!/usr/bin/env node
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { loadTranslate, localeOf } from '../l10n/translate.ts';
import { CliError, linesOf, type Cli } from './cli.ts';
import { hasColours } from './paint.ts';
import { terminal } from './terminal.ts';

type Command = (cli: Cli, args: readonly string[]) => Promise<number>;

/** Each is loaded when it is called: nobody waits for what the others need. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).run,
  check: async () => (await import('./check.ts')).check,
  plan: async () => (await import('./plan.ts')).plan,
  compare: async () => (await import('./compare.ts')).compare,
  simulate: async () => (await import('./simulate.ts')).simulate,
  image: async () => (await import('./image.ts')).image,
  ps: async () => (await import('./ps.ts')).ps,
  stop: async () => (await import('./stop.ts')).stop,
  attach: async () => (await import('./attach.ts')).attach,
  shell: async () => (await import('./shell.ts')).shell,
  clean: async () => (await import('./clean.ts')).clean,
  forward: async () => (await import('./forward.ts')).forward,
  explain: async () => (await import('./explain.ts')).explain,
  import: async () => (await import('./import.ts')).importConfig,
  export: async () => (await import('./export.ts')).exportLab,
  lessons: async () => (await import('./lessons.ts')).lessons,
  mystery: async () => (await import('./mystery/mystery.ts')).mystery,
};

/** `lb-lab COMMAND …`; returns the exit code: 0 as meant, 1 not so, 2 a bad file or call, 130 ended by Ctrl-C. */
async function main(args: readonly string[]): Promise<number> {
  const locale = localeOf(languageOf(args));
  const cli: Cli = {
    translate: await loadTranslate(locale),
    locale,
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
    return await (
      await command()
    )(cli, rest);
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
