import type { ProbeResult } from '../../forwarder/health/checker.ts';
import type { Checked } from '../../forwarder/health/watch.ts';
import { MessageReader } from '../traffic/message-reader.ts';
import { requestMessage } from '../traffic/messages.ts';
import type { Clock } from './clock.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { TcpConnection } from './tcp/connection.ts';
import type { CloseReason } from './tcp/control-block.ts';
import { PING_BYTES } from './request-client.ts';

/** What a program takes to notice and act; the kernel's acknowledgement goes first. */
const THINKING = 50_000;

/** A probe under way. */
export interface Probe {
  /** The port that it is sent from, or its identifier; absent when it could not be sent. */
  readonly sourcePort?: number;
  /** Nobody waits for its end any more. */
  abandon(): void;
}

export interface ProbeWay {
  readonly clock: Clock;
  readonly kernel: Kernel;
  /** A port that is nobody else's. */
  readonly sourcePort: number;
  /** Acts now, or once the director's process is no longer paused. */
  readonly whenRunning: (act: () => void) => void;
}

const NOT_SENT: Probe = { abandon: () => undefined };

/** Asks a server by its own address, from the director's own kernel. `done` is called once, later, unless it is abandoned. */
export function probe(checked: Checked, way: ProbeWay, done: (result: ProbeResult) => void): Probe {
  let isOver = false;
  const finish = (result: ProbeResult) => {
    if (isOver) return;
    isOver = true;
    way.whenRunning(() => done(result));
  };
  const begun = checked.check.probe === 'ping' ? ping(checked, way, finish) : connect(checked, way, finish);
  if (!begun) finish('unreachable');
  const { sourcePort, abandon } = begun ?? NOT_SENT;
  return {
    ...(sourcePort !== undefined && { sourcePort }),
    abandon: () => {
      isOver = true;
      abandon();
    },
  };
}

function ping(
  { server }: Checked,
  { kernel }: ProbeWay,
  finish: (result: ProbeResult) => void,
): Probe | undefined {
  const identifier = kernel.pings.bind(({ kind, from }) => {
    if (kind === 'reply' && from !== server.address) return;
    kernel.pings.release(identifier!);
    finish(kind === 'reply' ? 'answered' : 'unreachable');
  });
  if (identifier === undefined) return undefined;
  const data = Uint8Array.from({ length: PING_BYTES }, (_, at) => at);
  if (!kernel.pings.send(server.address, identifier, 1, data)) {
    kernel.pings.release(identifier);
    return undefined;
  }
  return { sourcePort: identifier, abandon: () => kernel.pings.release(identifier) };
}

function connect(
  { server, check }: Checked,
  { kernel, clock, sourcePort, whenRunning }: ProbeWay,
  finish: (result: ProbeResult) => void,
): Probe | undefined {
  const soon = (act: () => void) => void clock.after(THINKING, () => whenRunning(act), 'background');
  const local = kernel.output.sourceFor(server.address);
  if (local === undefined) return undefined;
  const reader = new MessageReader();
  const close = (opened: TcpConnection, result: ProbeResult) => {
    finish(result);
    opened.close();
  };
  const to = { local, localPort: sourcePort, remote: server.address, remotePort: server.port };
  const connection = kernel.tcp.connect({ ...to, isBackground: true }, (opened) => ({
    established: () =>
      soon(() => {
        if (check.request === undefined) return close(opened, 'answered');
        const asked = { request: check.request, to: server.address, port: server.port };
        opened.send(...requestMessage({ ...asked, requestBytes: 0, responseBytes: 0 }));
      }),
    received: (bytes) => {
      const [answer] = reader.read(bytes);
      if (answer === undefined) return;
      soon(() => close(opened, isGood(answer.startLine, check.status) ? 'answered' : 'wrong-status'));
    },
    // It closed before it answered in full.
    ended: () => soon(() => close(opened, 'refused')),
    closed: (reason) => {
      const failure = failures[reason];
      if (failure) finish(failure);
    },
  }));
  return connection && { sourcePort, abandon: () => connection.abort() };
}

const failures: Readonly<Partial<Record<CloseReason, ProbeResult>>> = {
  refused: 'refused',
  reset: 'refused',
  unreachable: 'unreachable',
  'timed-out': 'timed-out',
};

/** `HTTP/1.1 200 OK`: the status that is wanted, or any that says that all is well. */
function isGood(startLine: string, wanted: number | undefined): boolean {
  const status = Number(/^HTTP\/\S+ (\d{3})/.exec(startLine)?.[1]);
  return wanted === undefined ? status >= 200 && status <= 299 : status === wanted;
}
