import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from './lab-problem.ts';
import { AGENT_FOLDER } from '../agent-wire/paths.ts';

/** The programs that run inside the containers, made by `scripts/build.mjs`. */
const BUNDLES = ['agent.cjs', 'forwarder-process.cjs', 'decapsulator-process.cjs'];

/**
 * What a container starts with: takes the files that come first on its standard input, and becomes the agent. The rest
 * of the input is the agent's. Files put in by the engine would cost a process of its own and a mount for each node.
 */
export const RECEIVE = `const { readSync, writeFileSync } = require('fs');
function take(length) {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const read = readSync(0, bytes, at, length - at, null);
    if (read === 0) process.exit(1);
    at += read;
  }
  return bytes;
}
for (const [name, length] of JSON.parse(take(take(4).readUInt32BE())))
  writeFileSync('${AGENT_FOLDER}/' + name, take(length));
require('${AGENT_FOLDER}/agent.cjs');`;

/** The agent and its processes, as `RECEIVE` takes them: the length of a list, names and lengths, then the contents. */
export function agentFiles(folder: string): Buffer {
  const contents = BUNDLES.map((name) => read(join(folder, name)));
  const list = Buffer.from(JSON.stringify(BUNDLES.map((name, index) => [name, contents[index]!.length])));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(list.length);
  return Buffer.concat([length, list, ...contents]);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new LabError('agent-missing', { file }, { cause: error });
  }
}
