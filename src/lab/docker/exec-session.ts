import { Readable, Writable, type Duplex } from 'node:stream';
import type { ExecSession, ProgramStreams } from './docker-client.ts';
import { DockerError } from './docker-problem.ts';

interface Ending {
  /** Undefined while the program runs. */
  readonly exitCode: () => Promise<number | undefined>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
}

/** A program's streams, and how it ended. */
export function execSession(socket: Duplex, tty: boolean, ending: Ending): ExecSession {
  const { closed, ...streams } = programStreams(socket, tty);
  return {
    ...streams,
    exitCode: async () => {
      await closed;
      // The stream may end a moment before the engine has noted how the program ended.
      for (let wait = 5; wait < 5000; wait *= 2) {
        const code = await ending.exitCode();
        if (code !== undefined) return code;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
      throw new DockerError('connection-lost', { endpoint: '', message: 'exec' });
    },
    resize: ending.resize,
  };
}

/** The two outputs of a program out of the one stream the engine sends, each held back as its reader is. */
export function programStreams(
  socket: Duplex,
  tty: boolean,
): ProgramStreams & { readonly closed: Promise<void> } {
  // Streams whose reader has to catch up before more is taken from the socket.
  const full = new Set<Readable>();
  const output = () => {
    const stream: Readable = new Readable({
      read: () => {
        if (full.delete(stream) && full.size === 0) socket.resume();
      },
    });
    return stream;
  };
  const [stdout, stderr] = [output(), output()];
  const give = (stream: Readable, bytes: Buffer) => {
    if (stream.push(bytes)) return;
    full.add(stream);
    socket.pause();
  };
  const split = tty
    ? (chunk: Buffer) => give(stdout, chunk)
    : demultiplexer((which, bytes) => give(which === 2 ? stderr : stdout, bytes));

  socket.on('data', split);
  const closed = new Promise<void>((resolve) => {
    let finished = false;
    const finish = () => {
      if (finished) return;
      finished = true;
      stdout.push(null);
      stderr.push(null);
      resolve();
    };
    socket.once('end', finish);
    socket.once('close', finish);
    // A lost engine ends the outputs; the exit code then tells that it cannot be had.
    socket.on('error', finish);
  });

  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) =>
      void (socket.writable ? socket.write(chunk, () => done()) : done()),
    final: (done) => void (socket.writable ? socket.end(() => done()) : done()),
  });

  return { stdin, stdout, stderr, closed, destroy: () => void socket.destroy() };
}

/**
 * Docker's frames: one byte for the stream (1 output, 2 errors), three of nothing, a big-endian length, the bytes.
 * Chunks are passed on as they come, in slices, so a long frame costs no copy.
 */
export function demultiplexer(give: (stream: number, bytes: Buffer) => void): (chunk: Buffer) => void {
  const header = Buffer.alloc(8);
  let have = 0;
  let left = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (left === 0) {
        const taken = chunk.copy(header, have, at, at + 8 - have);
        have += taken;
        at += taken;
        if (have < 8) return;
        have = 0;
        left = header.readUInt32BE(4);
      } else {
        const bytes = chunk.subarray(at, at + left);
        give(header[0]!, bytes);
        left -= bytes.length;
        at += bytes.length;
      }
    }
  };
}
