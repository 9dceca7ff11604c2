import { Pings } from '../../src/lab/embedded/kernel/pings.ts';
import { UdpPorts } from '../../src/lab/embedded/kernel/udp-ports.ts';
import { TcpStack } from '../../src/lab/embedded/tcp/stack.ts';

/** What one client's socket was handed, until its time was over. */
interface Heard {
  readonly kind: 'tcp' | 'udp' | 'icmp';
  readonly sinceNs: number;
  readonly pieces: { readonly timeNs: number; readonly text: string }[];
  /** Of a datagram: what was sent. */
  asked: string;
}

/** What a program takes to notice. */
const NOTICING_NS = 50_000;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/**
 * Listens at the sockets that clients open while `run` runs: the bytes that their kernel hands to the program, before any of
 * ours reads them. It knows neither frames nor what clients tell.
 */
export function listening<T>(
  now: () => number,
  run: () => T,
): { readonly result: T; readonly heard: readonly Heard[] } {
  const heard: Heard[] = [];
  const begin = (kind: Heard['kind']) => {
    const one: Heard = { kind, sinceNs: now(), pieces: [], asked: '' };
    heard.push(one);
    return one;
  };
  const { connect } = TcpStack.prototype;
  const { bind, send } = UdpPorts.prototype;
  const bindPing = Pings.prototype.bind;
  const ports = new WeakMap<UdpPorts, Map<number, Heard>>();
  TcpStack.prototype.connect = function (to, owner) {
    const one = begin('tcp');
    return connect.call(this, to, (connection) => {
      const program = owner(connection);
      return {
        established: () => program.established?.(),
        ended: () => program.ended(),
        closed: (reason) => program.closed(reason),
        received: (bytes) => {
          one.pieces.push({ timeNs: now(), text: text(bytes) });
          program.received(bytes);
        },
      };
    });
  };
  UdpPorts.prototype.bind = function (owner, port) {
    // Servers are not told of errors.
    if (!owner.failed) return bind.call(this, owner, port);
    const one = begin('udp');
    const bound = bind.call(
      this,
      {
        failed: (how) => owner.failed?.(how),
        received: (datagram) => {
          one.pieces.push({ timeNs: now(), text: text(datagram.payload) });
          owner.received(datagram);
        },
      },
      port,
    );
    if (bound !== undefined) ports.set(this, (ports.get(this) ?? new Map<number, Heard>()).set(bound, one));
    return bound;
  };
  UdpPorts.prototype.send = function (datagram) {
    const one = ports.get(this)?.get(datagram.sourcePort);
    if (one) one.asked ||= text(datagram.payload);
    return send.call(this, datagram);
  };
  Pings.prototype.bind = function (owner, identifier) {
    const one = begin('icmp');
    return bindPing.call(
      this,
      (answer) => {
        if (answer.kind === 'reply') one.pieces.push({ timeNs: now(), text: 'reply' });
        owner(answer);
      },
      identifier,
    );
  };
  try {
    return { result: run(), heard };
  } finally {
    TcpStack.prototype.connect = connect;
    UdpPorts.prototype.bind = bind;
    UdpPorts.prototype.send = send;
    Pings.prototype.bind = bindPing;
  }
}

/** Whether a client was handed every byte of its answer within `timeoutNs`. */
export function isWhole({ kind, sinceNs, pieces, asked }: Heard, timeoutNs: number): boolean {
  const inTime = pieces
    .filter(({ timeNs }) => timeNs < sinceNs + timeoutNs - NOTICING_NS)
    .map((piece) => piece.text);
  if (kind === 'icmp') return inTime.length > 0;
  if (kind === 'tcp') return isMessage(inTime.join(''));
  const number = /x-request: (\d+)/i.exec(asked)?.[1];
  return inTime.some((datagram) => isMessage(datagram) && /x-request: (\d+)/i.exec(datagram)?.[1] === number);
}

/** A head, and as many bytes of the server's name over and over as the head says. */
function isMessage(message: string): boolean {
  const at = message.indexOf('\r\n\r\n');
  const head = message.slice(0, at);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? -1);
  const name = /server: (\S+)/i.exec(head)?.[1];
  const body = message.slice(at + 4);
  const once = `${name}\n`;
  return at > 0 && body.length === length && body === once.repeat(length / once.length + 1).slice(0, length);
}
