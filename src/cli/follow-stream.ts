import type { CaptureSource } from '../captures/source.ts';
import type { Capture } from '../packet/capture.ts';
import type { Cli } from './cli.ts';
import { STREAM } from './files.ts';
import { Interruption } from './interruption.ts';
import { readStream } from './read-stream.ts';

/**
 * Reads standard input beside finished captures until it ends, or Ctrl-C.
 * @param files All names, in the order of the sources.
 * @param read What was read of the others, in their order.
 * @param tell Called with what is there so far.
 */
export async function followStream(
  { translate, err }: Cli,
  files: readonly string[],
  read: readonly CaptureSource[],
  tell: (sources: readonly CaptureSource[]) => void,
): Promise<CaptureSource[]> {
  const withStream = (capture: Capture): CaptureSource[] => {
    const others = [...read];
    return files.map((name) => (name === STREAM ? { name, capture } : others.shift()!));
  };
  const interruption = new Interruption();
  try {
    const capture = await readStream(process.stdin, {
      end: interruption.happened,
      tell: (so) => tell(withStream(so)),
      dropped: (frames) => err(translate('cli.stream-limits', { frames })),
    });
    return withStream(capture);
  } finally {
    interruption.end();
    // What still comes would keep the process.
    process.stdin.destroy();
  }
}
