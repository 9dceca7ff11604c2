import type { ParseArgsConfig, parseArgs } from 'node:util';
import type { Locale, TextParams, Translate } from '../l10n/translate.ts';
import type { Painter } from './paint.ts';

/** What every command is given: language, colours and the two streams. */
export interface Cli {
  readonly translate: Translate;
  /** Its language. */
  readonly locale: Locale;
  readonly paint: Painter;
  /** What a reader reads, a line: standard output. See `terminal`. */
  readonly out: (line: string) => void;
  /** Logs and errors, a line: standard error. */
  readonly err: (line: string) => void;
  readonly parse: typeof parseArgs;
}

/** A bad call or an unusable file: shown as one line, exit code 2. */
export class CliError extends Error {
  readonly key: string;
  readonly params: TextParams;
  readonly exitCode: number;

  constructor(key: string, params: TextParams = {}, exitCode = 2) {
    super(key);
    this.key = key;
    this.params = params;
    this.exitCode = exitCode;
  }
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** The options of a command and its one FILE. Throws `CliError`. */
export function parseCall<const T extends Options>(cli: Cli, args: readonly string[], options: T) {
  const { positionals, values } = parseWords(cli, args, options);
  const [file, ...rest] = positionals;
  if (file === undefined) throw new CliError('cli.no-file');
  if (rest.length > 0) throw new CliError('cli.too-many-files', { file: rest.join(' ') });
  return { file, values };
}

/** The options of a command that takes no file, and up to `most` words beside them. Throws `CliError`. */
export function parseOptions<const T extends Options>(
  cli: Cli,
  args: readonly string[],
  options: T,
  most: number,
) {
  const { positionals, values } = parseWords(cli, args, options);
  const extra = positionals.slice(most);
  if (extra.length > 0) throw new CliError('cli.unexpected-word', { word: extra.join(' ') });
  return { positionals, values };
}

function parseWords<const T extends Options>(cli: Cli, args: readonly string[], options: T) {
  try {
    return cli.parse({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw optionError(reasonOf(error), options);
  }
}

/** Node's own message is English and two lines long; it names the option, and that says enough. */
function optionError(message: string, options: Options): CliError {
  const option = /'(--?[^'\s]+)/.exec(message)?.[1] ?? '';
  const type = options[option.replace(/^-+/, '')]?.type;
  if (type === 'string') return new CliError('cli.option-without-value', { option });
  return new CliError(type === 'boolean' ? 'cli.option-with-value' : 'cli.unknown-option', { option });
}

/** A whole number or decimal not below `least`; throws `CliError` for anything else. */
export function numberOption(
  name: string,
  text: string | undefined,
  least: number,
  whole: boolean,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value) || value < least || (whole && !Number.isSafeInteger(value))) {
    throw new CliError('cli.bad-number', { option: name, value: text, least: String(least) });
  }
  return value;
}

/** Of a text of ours that is more than one line long, or of JSON: there no text of anybody else's has a newline. */
export function linesOf(text: string): string[] {
  return text.split('\n');
}

/** What an error says, for the middle of a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
