import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SOCKET_PATH } from './socket-path.ts';

/** How long an agent that has just been started may take to listen: another exec costs more than waiting in this one. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 10;

/** Joins this process's streams with the agent's socket; ends when either side does. */
export async function relay(): Promise<void> {
  const socket = await connected();
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
  const end = (code: number) => process.exit(code);
  socket.on('close', () => end(0));
  socket.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    end(1);
  });
  process.stdout.on('error', () => end(0));
  // Docker closes the stream without a half-open state: then nobody reads any more either.
  process.stdin.on('close', () => end(0));
  process.stdin.on('error', () => end(0));
}

/** A connection to the agent of this container. Rejects when nothing listens there for ten seconds. */
export async function connected(): Promise<Socket> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const socket = connect(SOCKET_PATH);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
