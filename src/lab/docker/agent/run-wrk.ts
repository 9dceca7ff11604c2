import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadResult } from '../../traffic/load-result.ts';
import type { LoadEntry } from '../../traffic/traffic-schedule.ts';
import { run } from './run.ts';
import { wrkArguments, wrkResult, wrkScript } from './wrk-call.ts';

/** Runs a load to its end; undefined when wrk could not make it, as when nothing listens at all. */
export async function runWrk(entry: LoadEntry): Promise<LoadResult | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'lb-lab-load-'));
  try {
    const script = join(folder, 'load.lua');
    await writeFile(script, wrkScript(entry));
    const { output } = await run('wrk', wrkArguments(entry, script));
    return wrkResult(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
