import { MessageReader } from '../traffic/message-reader.ts';
import { requestMessage, wholeMessage } from '../traffic/messages.ts';
import type { RequestOutcome } from '../traffic/request-result.ts';
import type { PlannedTraffic } from '../topology/plan.ts';
import type { Clock } from './clock.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { TcpConnection } from './tcp/connection.ts';

/** What an application takes to notice and act. */
const THINKING = 50_000;

/** One request, as curl makes it: connect, send, read the response by its length, close first. `heard` gets its bytes. */
export function requestOverTcp(
  kernel: Kernel,
  clock: Clock,
  entry: PlannedTraffic,
  done: (outcome: RequestOutcome) => void,
  heard: (bytes: Uint8Array) => void = () => undefined,
): void {
  const local = kernel.output.sourceFor(entry.to);
  if (local === undefined) {
    done('unreachable');
    return;
  }
  let finished = false;
  const finish = (outcome: RequestOutcome) => {
    if (finished) return;
    finished = true;
    timeout.cancel();
    done(outcome);
  };
  const timeout = clock.after(entry.timeoutNs, () => {
    finish('timed-out');
    connection?.close();
  });
  const reader = new MessageReader();
  const to = { local, remote: entry.to, remotePort: entry.port };
  const connection: TcpConnection | undefined = kernel.tcp.connect(
    entry.sourcePort === undefined ? to : { ...to, localPort: entry.sourcePort },
    (opened) => ({
      established: () => void clock.after(THINKING, () => opened.send(...requestMessage(entry))),
      received: (bytes) => {
        heard(bytes);
        if (reader.read(bytes).length === 0) return;
        clock.after(THINKING, () => {
          finish('answered');
          opened.close();
        });
      },
      // The server closed before it answered in full.
      ended: () =>
        void clock.after(THINKING, () => {
          finish('refused');
          opened.close();
        }),
      closed: (reason) => {
        if (reason === 'unreachable') finish('unreachable');
        else if (reason === 'timed-out') finish('timed-out');
        else if (reason === 'refused' || reason === 'reset') finish('refused');
      },
    }),
  );
  if (!connection) finish('port-in-use');
}

/** One datagram there and one back. */
export function requestOverUdp(
  kernel: Kernel,
  clock: Clock,
  entry: PlannedTraffic,
  done: (outcome: RequestOutcome) => void,
): void {
  const source = kernel.output.sourceFor(entry.to);
  if (source === undefined) {
    done('unreachable');
    return;
  }
  const finish = (outcome: RequestOutcome) => {
    timeout.cancel();
    if (port !== undefined) kernel.udp.release(port);
    done(outcome);
  };
  const timeout = clock.after(entry.timeoutNs, () => finish('timed-out'));
  const owner = {
    received: (datagram: { readonly source: number; readonly sourcePort: number }) => {
      if (datagram.source === entry.to && datagram.sourcePort === entry.port) finish('answered');
    },
    refused: () => finish('refused'),
  };
  const port = kernel.udp.bind(owner, entry.sourcePort);
  if (port === undefined) {
    finish('port-in-use');
    return;
  }
  kernel.udp.send({
    source,
    sourcePort: port,
    destination: entry.to,
    destinationPort: entry.port,
    payload: wholeMessage(requestMessage(entry)),
  });
}

/** What ping sends without being told otherwise. */
export const PING_BYTES = 56;

/** One echo request and its reply. A fixed source port is the identifier. */
export function requestOverIcmp(
  kernel: Kernel,
  clock: Clock,
  entry: PlannedTraffic,
  done: (outcome: RequestOutcome) => void,
): void {
  const finish = (outcome: RequestOutcome) => {
    timeout.cancel();
    if (identifier !== undefined) kernel.pings.release(identifier);
    done(outcome);
  };
  const timeout = clock.after(entry.timeoutNs, () => finish('timed-out'));
  const identifier = kernel.pings.bind(({ kind, from }) => {
    if (kind !== 'reply') finish('refused');
    else if (from === entry.to) finish('answered');
  }, entry.sourcePort);
  if (identifier === undefined) {
    finish('port-in-use');
    return;
  }
  const data = Uint8Array.from({ length: entry.requestBytes || PING_BYTES }, (_, at) => at);
  if (!kernel.pings.send(entry.to, identifier, 1, data)) finish('unreachable');
}
