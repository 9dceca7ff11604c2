import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestEnd } from '../events.ts';
import type { LoadEntry } from '../traffic/traffic-schedule.ts';
import { run } from './run.ts';
import { wrkArguments, wrkEnd, wrkScript } from './wrk-call.ts';

/** Runs a load to its end. */
export async function runWrk(entry: LoadEntry): Promise<RequestEnd> {
  const folder = await mkdtemp(join(tmpdir(), 'lb-lab-load-'));
  try {
    const script = join(folder, 'load.lua');
    await writeFile(script, wrkScript(entry));
    return wrkEnd(await run('wrk', wrkArguments(entry, script)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
