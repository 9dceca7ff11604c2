import { connect } from 'node:net';
import { encodeJson, MessageDecoder } from '../agent-protocol.ts';
import { SOCKET_PATH } from './socket-path.ts';

const PATIENCE_MS = 5000;

/** Asks the agent of this container for its lease; exits 0 when one still runs, 1 when none does. */
export function tellLease(): void {
  const end = (held: boolean) => process.exit(held ? 0 : 1);
  const socket = connect(SOCKET_PATH, () => socket.write(encodeJson({ id: 1, op: 'remaining', body: {} })));
  const decoder = new MessageDecoder();
  socket.on('data', (chunk: Buffer) => {
    for (const { type, ...rest } of decoder.push(chunk)) {
      const value = type === 'json' && 'value' in rest ? rest.value : undefined;
      if (!value || !('id' in value) || !('result' in value)) continue;
      end((value.result as { readonly seconds: number }).seconds > 0);
    }
  });
  socket.on('error', () => end(false));
  setTimeout(() => end(false), PATIENCE_MS);
}
