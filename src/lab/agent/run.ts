import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';

export interface Finished {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program with its arguments as they are, never through a shell, and waits for its end. */
export function run(
  program: string,
  args: readonly string[],
  input: string | readonly Uint8Array[] = '',
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'pipe' });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', (error) => resolve({ exitCode: null, output, errors: error.message }));
    child.on('close', (exitCode) => resolve({ exitCode, output, errors }));
    // A program that does not read its input closes it.
    child.stdin.on('error', () => undefined);
    if (typeof input === 'string') child.stdin.end(input);
    else Readable.from(input).pipe(child.stdin);
  });
}

/** The same for what must succeed: throws with the command and what it said. Returns its output. */
export async function must(program: string, args: readonly string[], input = ''): Promise<string> {
  const { exitCode, output, errors } = await run(program, args, input);
  if (exitCode === 0) return output;
  throw new Error(`${[program, ...args].join(' ')}: ${errors.trim() || `exit code ${String(exitCode)}`}`);
}
