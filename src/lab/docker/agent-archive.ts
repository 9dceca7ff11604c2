import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { LabError } from './lab-problem.ts';

/** The programs that run inside the containers, made by `scripts/build.mjs`. */
const BUNDLES = ['agent.cjs', 'forwarder-process.cjs', 'decapsulator-process.cjs'];

/** The agent and its processes, ready to be put into a container. `folder` is where the bundles lie. */
export async function agentArchive(folder: string): Promise<Buffer> {
  const archive = pack();
  for (const name of BUNDLES) {
    let content: Buffer;
    try {
      content = readFileSync(join(folder, name));
    } catch (error) {
      throw new LabError('agent-missing', { file: join(folder, name) }, { cause: error });
    }
    archive.entry({ name, mode: 0o644 }, content);
  }
  archive.finalize();
  return buffer(archive);
}
