import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabRecording } from '../extension/core/labs/lab-recording.ts';
import { newNonce } from '../extension/core/nonce.ts';
import { readParts, sharedPage } from '../extension/core/share/shared-page.ts';
import { packRecording } from '../extension/core/share/shared-recording.ts';
import { CliError, reasonOf, type Cli } from './cli.ts';
import { writeOutput } from './files.ts';
import { packageRoot } from './package-root.ts';

/** One page with the panel over a recording. Throws `CliError`. @param told The file or files that it is of, without their folders. */
export async function writePage(
  { locale }: Cli,
  file: string,
  recording: LabRecording,
  told: string,
): Promise<void> {
  const dist = join(packageRoot(), 'dist');
  const parts = await readParts((name) => readFile(join(dist, name))).catch((error: unknown) => {
    throw new CliError('cli.cannot-read', { file: dist, message: reasonOf(error) });
  });
  const packed = await packRecording({ file: told, locale }, recording);
  const { lab } = recording.head.plan;
  writeOutput(file, [sharedPage({ recording: packed, lab, locale }, parts, newNonce())]);
}
