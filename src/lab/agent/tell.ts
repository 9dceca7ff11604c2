import { connect } from 'node:net';
import { encodeJson, MessageDecoder, type AgentOperations } from '../agent-wire/agent-protocol.ts';
import { SOCKET_PATH } from './socket-path.ts';

const PATIENCE_MS = 5000;

/** Exits 0 when the node's lease still runs, 1 when it does not. */
export async function tellLease(): Promise<void> {
  const left = await ask('remaining');
  process.exit(left && left.seconds > 0 ? 0 : 1);
}

/** Writes the lab's record to standard output, or `null`; exits 1 when the agent cannot be asked. */
export async function tellRecord(): Promise<void> {
  const record = await ask('record');
  if (record === undefined) process.exit(1);
  process.stdout.write(JSON.stringify(record), () => process.exit(0));
}

/** Asks the agent of this container; undefined when it does not answer. */
function ask<Name extends 'remaining' | 'record'>(
  op: Name,
): Promise<AgentOperations[Name]['reply'] | undefined> {
  return new Promise((resolve) => {
    const socket = connect(SOCKET_PATH, () => socket.write(encodeJson({ id: 1, op, body: {} })));
    const decoder = new MessageDecoder();
    socket.on('data', (chunk: Buffer) => {
      for (const message of decoder.push(chunk))
        if (message.type === 'json' && isReply(message.value))
          resolve(message.value.result as AgentOperations[Name]['reply']);
    });
    socket.on('error', () => resolve(undefined));
    setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
}

/** Of this container's own agent: what it says is passed on, and read by whoever asked for it. */
function isReply(value: unknown): value is { readonly result: unknown } {
  return typeof value === 'object' && value !== null && 'id' in value && 'result' in value;
}
