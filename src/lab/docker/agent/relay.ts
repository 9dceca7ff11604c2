import { connect } from 'node:net';
import { SOCKET_PATH } from './socket-path.ts';

/** Joins this process's streams with the agent's socket; ends when either side does. */
export function relay(): void {
  const socket = connect(SOCKET_PATH);
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
