import type { Ipv4 } from '../../packet/address.ts';
import type { RequestEnd } from '../events.ts';
import { MessageReader } from '../traffic/message-reader.ts';
import { requestMessage, requestNumberOf, wholeMessage } from '../traffic/messages.ts';
import type { AskedRequest } from '../traffic/traffic-schedule.ts';
import type { PlannedTraffic } from '../topology/plan.ts';
import type { Clock } from './clock.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { TcpConnection } from './tcp/connection.ts';

/** What an application takes to notice and act. */
const THINKING = 50_000;

const PORT_IN_USE: RequestEnd = { outcome: 'unsent', reason: 'port-in-use' };

/**
 * One request, as curl makes it: connect, send, read the response by its length, close first. `heard` gets its bytes.
 * Returns the source port, if it was sent.
 */
export function requestOverTcp(
  kernel: Kernel,
  clock: Clock,
  { entry }: { readonly entry: PlannedTraffic },
  done: (end: RequestEnd) => void,
  heard: (bytes: Uint8Array) => void = () => undefined,
): number | undefined {
  const local = kernel.output.sourceFor(entry.to);
  if (local === undefined) {
    done({ outcome: 'unreachable' });
    return undefined;
  }
  let finished = false;
  const reader = new MessageReader();
  const finish = (end: RequestEnd) => {
    if (finished) return;
    finished = true;
    timeout.cancel();
    done(end);
  };
  // What began to come in is an answer in part, however it ended.
  const fail = (outcome: RequestEnd['outcome']) =>
    finish(reader.part ? { outcome: 'partial', ...reader.part } : { outcome });
  const timeout = clock.after(entry.timeoutNs, () => {
    fail('timed-out');
    connection?.close();
  });
  const to = { local, remote: entry.to, remotePort: entry.port };
  const connection: TcpConnection | undefined = kernel.tcp.connect(
    entry.sourcePort === undefined ? to : { ...to, localPort: entry.sourcePort },
    (opened) => ({
      established: () => void clock.after(THINKING, () => opened.send(...requestMessage(entry))),
      received: (bytes) => {
        heard(bytes);
        const [answer] = reader.read(bytes);
        if (answer === undefined) return;
        const { bodyLength } = answer;
        clock.after(THINKING, () => {
          finish({ outcome: 'answered', bytes: bodyLength, ofBytes: bodyLength });
          opened.close();
        });
      },
      // The server closed before it answered in full.
      ended: () =>
        void clock.after(THINKING, () => {
          fail('refused');
          opened.close();
        }),
      closed: (reason) => {
        if (reason === 'unreachable') fail('unreachable');
        else if (reason === 'timed-out') fail('timed-out');
        else if (reason === 'refused' || reason === 'reset') fail('refused');
      },
    }),
  );
  if (!connection) finish(PORT_IN_USE);
  return connection?.localPort;
}

/** One datagram there and one back: the one that says that it answers this request. Returns the source port. */
export function requestOverUdp(
  kernel: Kernel,
  clock: Clock,
  { id, entry }: AskedRequest,
  done: (end: RequestEnd) => void,
): number | undefined {
  const source = kernel.output.sourceFor(entry.to);
  if (source === undefined) {
    done({ outcome: 'unreachable' });
    return undefined;
  }
  const finish = (end: RequestEnd) => {
    timeout.cancel();
    if (port !== undefined) kernel.udp.release(port);
    done(end);
  };
  const timeout = clock.after(entry.timeoutNs, () => finish({ outcome: 'timed-out' }));
  const owner = {
    received: (datagram: {
      readonly source: Ipv4;
      readonly sourcePort: number;
      readonly payload: Uint8Array;
    }) => {
      if (datagram.source !== entry.to || datagram.sourcePort !== entry.port) return;
      const [answer] = new MessageReader().read(datagram.payload);
      if (answer === undefined || requestNumberOf(answer) !== id) return;
      finish({ outcome: 'answered', bytes: answer.bodyLength, ofBytes: answer.bodyLength });
    },
    failed: (outcome: 'refused' | 'unreachable') => finish({ outcome }),
  };
  const port = kernel.udp.bind(owner, entry.sourcePort);
  if (port === undefined) {
    finish(PORT_IN_USE);
    return undefined;
  }
  kernel.udp.send({
    source,
    sourcePort: port,
    destination: entry.to,
    destinationPort: entry.port,
    payload: wholeMessage(requestMessage(entry, id)),
  });
  return port;
}

/** What ping sends without being told otherwise. */
export const PING_BYTES = 56;

/** One echo request and its reply. A fixed source port is the identifier, which is returned. */
export function requestOverIcmp(
  kernel: Kernel,
  clock: Clock,
  { entry }: AskedRequest,
  done: (end: RequestEnd) => void,
): number | undefined {
  const finish = (end: RequestEnd) => {
    timeout.cancel();
    if (identifier !== undefined) kernel.pings.release(identifier);
    done(end);
  };
  const timeout = clock.after(entry.timeoutNs, () => finish({ outcome: 'timed-out' }));
  const identifier = kernel.pings.bind(({ kind, from }) => {
    if (kind !== 'reply') finish({ outcome: 'unreachable' });
    else if (from === entry.to) finish({ outcome: 'answered' });
  }, entry.sourcePort);
  if (identifier === undefined) {
    finish(PORT_IN_USE);
    return undefined;
  }
  const data = Uint8Array.from({ length: entry.requestBytes || PING_BYTES }, (_, at) => at);
  if (!kernel.pings.send(entry.to, identifier, 1, data)) finish({ outcome: 'unreachable' });
  return identifier;
}
