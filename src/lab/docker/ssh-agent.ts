import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import { DockerError } from './docker-problem.ts';
import type { SshTransport } from './endpoint.ts';

/**
 * HTTP connections through the system's own `ssh`, so that its configuration, keys and agent count: each is the streams
 * of `docker system dial-stdio` on the other machine, as the docker CLI does it. Idle ones are used again, and few are
 * opened at a time because sshd turns away many that have not logged in yet (MaxStartups).
 */
export class SshAgent extends Agent {
  private readonly transport: SshTransport;
  private readonly program: string;
  private readonly open = new Set<SshConnection>();

  constructor(transport: SshTransport, program = 'ssh') {
    super({ keepAlive: true, maxSockets: 4 });
    this.transport = transport;
    this.program = program;
  }

  override createConnection(): Duplex {
    const connection = new SshConnection(this.program, sshArguments(this.transport), this.transport.host);
    this.open.add(connection);
    connection.once('close', () => this.open.delete(connection));
    return connection;
  }

  /** Streams taken over by an exec left the agent's own books, so they are ended here. */
  override destroy(): void {
    super.destroy();
    for (const connection of this.open) connection.destroy();
  }
}

/** `--` keeps a host that begins with a dash from being an option. */
export function sshArguments({ host, user, port, socket }: SshTransport): string[] {
  return [
    ...['-o', 'ConnectTimeout=30', '-T'],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...['--', host, 'docker'],
    // What follows the host is read by a shell over there.
    ...(socket === undefined ? [] : [`--host=${quote(`unix://${socket}`)}`]),
    ...['system', 'dial-stdio'],
  ];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A child's standard streams as what Node's HTTP client takes for a socket. */
class SshConnection extends Duplex {
  private readonly child;
  private complaint = '';

  constructor(program: string, args: readonly string[], host: string) {
    super({ allowHalfOpen: true });
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    const { stdin, stdout, stderr } = this.child;
    stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause();
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-2000);
    });
    // The child's end tells more than a broken pipe does.
    stdin.on('error', () => undefined);
    this.child.once('error', (error) =>
      this.destroy(new DockerError('ssh-missing', { host }, { cause: error })),
    );
    this.child.once('close', (code) => {
      if (code !== 0) {
        this.destroy(
          new DockerError('ssh-failed', { host, message: this.complaint.trim() || `exit ${code}` }),
        );
        return;
      }
      this.push(null);
      this.end();
    });
  }

  override _read(): void {
    this.child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.child.stdin.writable) this.child.stdin.write(chunk, () => done());
    else done();
  }

  override _final(done: () => void): void {
    this.child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.child.kill();
    done(error);
  }

  // The rest of what the HTTP client asks of a socket.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    this.child.ref();
    return this;
  }
  unref(): this {
    this.child.unref();
    return this;
  }
  destroySoon(): void {
    this.end(() => this.destroy());
  }
}
