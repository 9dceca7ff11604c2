import type { BuildProgress } from '../docker-client.ts';
import { DockerError } from '../docker-problem.ts';
import { streamError } from '../engine-errors.ts';

/** Lines kept for the message of a failed build. */
const lastLines = 15;
/** The engine colours what a step writes to its standard error. */
// eslint-disable-next-line no-control-regex
const colours = /\x1b\[[0-9;]*m/g;
const bookkeeping = /^ ---> |^Removing intermediate container /;

/**
 * Reads a build's messages to their end. Rejects with the step that failed and what it wrote last; a base image that
 * cannot be had and a full disk are told apart from a step's own failure.
 */
export async function followBuild(
  messages: AsyncIterable<Readonly<Record<string, unknown>>>,
  endpoint: string,
  onProgress: (progress: BuildProgress) => void = () => undefined,
): Promise<void> {
  let step = { step: 0, steps: 0, text: '' };
  let written: string[] = [];
  for await (const message of messages) {
    const { stream, status, error } = message;
    if (typeof error === 'string') throw failure(error, step, written, endpoint);
    const text = typeof stream === 'string' ? stream : statusText(status, message);
    for (const line of text.replace(colours, '').split(/\r|\n/)) {
      const begun = /^Step (\d+)\/(\d+) ?: (.*)$/i.exec(line);
      if (begun) {
        step = { step: Number(begun[1]), steps: Number(begun[2]), text: begun[3]! };
        written = [];
        onProgress({ kind: 'step', ...step });
      } else if (line.trim() !== '' && !bookkeeping.test(line)) {
        written = [...written.slice(1 - lastLines), line];
        onProgress({ kind: 'output', text: line });
      }
    }
  }
}

/** A pull reports many times a second how far each layer is; only what happens once is passed on. */
function statusText(status: unknown, { id, progressDetail }: Readonly<Record<string, unknown>>): string {
  const counting =
    typeof progressDetail === 'object' && progressDetail !== null && 'current' in progressDetail;
  if (typeof status !== 'string' || counting) return '';
  return typeof id === 'string' ? `${id}: ${status}` : status;
}

function failure(
  message: string,
  { step, steps, text }: { step: number; steps: number; text: string },
  written: readonly string[],
  endpoint: string,
): DockerError {
  const known = streamError(message, endpoint);
  if (known.problem.code !== 'engine-error') return known;
  const base = /^FROM\s+(\S+)/i.exec(text)?.[1];
  if (base !== undefined && step <= 2) return new DockerError('base-image-missing', { image: base, message });
  return new DockerError('build-failed', {
    step: String(step),
    steps: String(steps),
    instruction: text.replace(/\s+/g, ' ').slice(0, 200),
    message,
    output: written,
  });
}
