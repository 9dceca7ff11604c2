import { readFileSync } from 'node:fs';
import type { Capture } from '../packet/capture.ts';
import { readCapture } from '../packet/read-capture.ts';
import { CliError, type Cli } from './cli.ts';

/** A pcap or pcapng file. What is damaged in it is told, and the rest is read; throws `CliError` when there is no rest. */
export function readCaptureFile(cli: Cli, file: string): Capture {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CliError('cli.cannot-read', {
      file,
      message: error instanceof Error ? error.message : String(error),
    });
  }
  const capture = readCapture(bytes);
  const [problem] = capture.problems;
  if (problem !== undefined) {
    const params = { file, problem: problem.problem, where: problem.where, at: String(problem.at) };
    if (capture.records.length === 0) throw new CliError('cli.no-capture', params);
    cli.err(cli.translate('cli.damaged-capture', params));
  }
  return capture;
}
