import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError, reasonOf, type Cli } from './cli.ts';

/** In a file's place: standard input, or standard output. */
export const STREAM = '-';

/** By what they are, whatever they were called (a link leads to the same file), with where each was found. */
const inputs = new Map<string, string>();

/** Throws `CliError`. */
export function readText(file: string): string {
  return readBytes(file).toString('utf8');
}

/** Throws `CliError`. */
export function readBytes(file: string): Buffer {
  try {
    const bytes = readFileSync(file === STREAM ? 0 : file);
    const identity = identityOf(file);
    if (identity !== undefined) inputs.set(identity, resolve(file));
    return bytes;
  } catch (error) {
    throw new CliError('cli.cannot-read', { file, message: reasonOf(error) });
  }
}

/**
 * To be called when everything was read, before anything else is done: throws `CliError` for an output that is one of the
 * inputs, or is named twice. Returns what to print with: where a file goes to standard output, the rest is for the eye
 * and goes to standard error.
 */
export function checkOutputs(cli: Cli, files: readonly (string | undefined)[]): Cli {
  const outputs = files.filter((file) => file !== undefined);
  const seen = new Set<string>();
  for (const file of outputs) {
    refuseInput(file);
    const identity = identityOf(file) ?? file;
    if (seen.has(identity)) throw new CliError('cli.output-twice', { file });
    seen.add(identity);
  }
  return outputs.includes(STREAM) ? { ...cli, out: cli.err } : cli;
}

/** A file, or standard output, that is written piece by piece. */
export class Output {
  readonly #file: string;
  readonly #descriptor: number | undefined;

  /** Throws `CliError`. */
  constructor(file: string) {
    this.#file = file;
    refuseInput(file);
    this.#descriptor = file === STREAM ? undefined : this.#trying(() => openSync(file, 'w'));
  }

  /** Throws `CliError`. */
  write(piece: string | Uint8Array): void {
    if (this.#descriptor === undefined) process.stdout.write(piece);
    else this.#trying(() => writeFileSync(this.#descriptor!, piece));
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #trying<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw new CliError('cli.cannot-write', { file: this.#file, message: reasonOf(error) });
    }
  }
}

/** Writes the pieces one after the other; throws `CliError`. */
export function writeOutput(file: string, pieces: Iterable<string | Uint8Array>): void {
  const output = new Output(file);
  try {
    for (const piece of pieces) output.write(piece);
  } finally {
    output.close();
  }
}

function refuseInput(file: string): void {
  const identity = identityOf(file);
  const input = identity === undefined ? undefined : inputs.get(identity);
  // An input that is gone leaves its identity to whatever file is made next.
  if (input !== undefined && identityOf(input) === identity)
    throw new CliError('cli.output-is-input', { file });
}

/** Undefined where there is no file yet, or it is no file: what is written to a terminal or a device is not overwritten. */
function identityOf(file: string): string | undefined {
  if (file === STREAM) return undefined;
  try {
    const stat = statSync(file, { bigint: true });
    return stat.isFile() ? `${stat.dev}:${stat.ino}` : undefined;
  } catch {
    return undefined;
  }
}
