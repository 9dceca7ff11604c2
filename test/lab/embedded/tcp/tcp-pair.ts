import { VirtualClock } from '../../../../src/lab/embedded/clock.ts';
import { Random } from '../../../../src/lab/embedded/random.ts';
import type { TcpConnection } from '../../../../src/lab/embedded/tcp/connection.ts';
import type { CloseReason, TcpOwner } from '../../../../src/lab/embedded/tcp/control-block.ts';
import { segmentLength, type TcpSegment } from '../../../../src/lab/embedded/tcp/segment.ts';
import { TcpStack } from '../../../../src/lab/embedded/tcp/stack.ts';
import { asIpv4, type Ipv4 } from '../../../../src/packet/address.ts';

export const CLIENT = asIpv4(0x0a000001);
export const SERVER = asIpv4(0x0a000002);
export const PORT = 80;
const DELAY = 1e6;

/** What a link does to a segment: how often it arrives, and after what further delay each time. */
export type LinkFate = (segment: TcpSegment, index: number) => readonly number[];

export const faithful: LinkFate = () => [0];

/** What one end has been told. */
export class Witness implements TcpOwner {
  readonly chunks: Uint8Array[] = [];
  wasEstablished = false;
  hasEnded = false;
  reason: CloseReason | undefined;
  /** Called after `ended`. */
  onEnded: () => void = () => undefined;
  onReceived: (bytes: Uint8Array) => void = () => undefined;
  onEstablished: () => void = () => undefined;

  established(): void {
    this.wasEstablished = true;
    this.onEstablished();
  }
  received(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.onReceived(bytes);
  }
  ended(): void {
    this.hasEnded = true;
    this.onEnded();
  }
  closed(reason: CloseReason): void {
    this.reason = reason;
  }
  get bytes(): Uint8Array {
    const all = new Uint8Array(this.chunks.reduce((length, chunk) => length + chunk.length, 0));
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}

/** Two stacks and a link between them; the link's behaviour is a decorator, not a flag of the stacks. */
export class TcpPair {
  readonly clock = new VirtualClock();
  /** Every segment sent, the lost ones too. */
  readonly sent: TcpSegment[] = [];
  readonly client: TcpStack;
  readonly server: TcpStack;
  fate: LinkFate;
  maximumSegment = { [CLIENT]: 1460, [SERVER]: 1460 } as Record<number, number>;

  constructor(fate: LinkFate = faithful) {
    this.fate = fate;
    this.client = this.#stack(CLIENT);
    this.server = this.#stack(SERVER);
  }

  #stack(address: Ipv4): TcpStack {
    return new TcpStack(this.clock, new Random(7, `${address}`), {
      transmit: (segment) => this.#carry(segment),
      maximumSegment: () => this.maximumSegment[address]!,
    });
  }

  /** Puts a segment on the link as if it came from nowhere. */
  inject(segment: TcpSegment): void {
    (segment.destination === CLIENT ? this.client : this.server).receive(segment);
  }

  #carry(segment: TcpSegment): void {
    const index = this.sent.push(segment) - 1;
    for (const extra of this.fate(segment, index)) {
      this.clock.after(DELAY + extra, () => this.inject(segment));
    }
  }

  connect(witness = new Witness()): TcpConnection {
    return this.client.connect({ local: CLIENT, remote: SERVER, remotePort: PORT }, () => witness)!;
  }

  /** Listens and hands out the server's end once it exists. */
  listen(witness = new Witness()): { connection: TcpConnection | undefined } {
    const end: { connection: TcpConnection | undefined } = { connection: undefined };
    this.server.listen(PORT, (connection) => {
      end.connection = connection;
      return witness;
    });
    return end;
  }

  settle(limitNs = 1000e9): void {
    const until = this.clock.now() + limitNs;
    for (let next = this.clock.next(); next !== undefined && next <= until; next = this.clock.next()) {
      if (this.clock.settled) return;
      this.clock.step();
    }
  }

  /** `client SYN`, `server SYN ACK`, `client ACK 5`: who, flags, bytes of data. */
  get log(): string[] {
    return this.sent.map(describeSegment);
  }
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK'];

export function describeSegment(segment: TcpSegment): string {
  const who = segment.source === CLIENT ? 'client' : 'server';
  const flags = FLAGS.filter((_, bit) => segment.flags & (1 << bit));
  const data = segment.payload.length > 0 ? [String(segment.payload.length)] : [];
  return [who, ...flags, ...data].join(' ');
}

/** The first sequence number after a segment. */
export function after(segment: TcpSegment): number {
  return (segment.sequence + segmentLength(segment)) >>> 0;
}

/** Bytes that tell their place. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
}
