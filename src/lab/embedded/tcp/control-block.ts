import type { Ipv4 } from '../../../packet/address.ts';
import type { TcpState } from '../../node-state.ts';
import type { Clock, Timer } from '../clock.ts';
import { Congestion } from './congestion.ts';
import { ReceiveQueue } from './receive-queue.ts';
import { RoundTrip } from './round-trip.ts';
import type { TcpSegment } from './segment.ts';
import { SendQueue } from './send-queue.ts';
import { sequenceAdd, sequenceDistance } from './sequence.ts';

export type CloseReason =
  /** Both sides have closed and know it. */
  | 'finished'
  /** The other side reset an open connection. */
  | 'reset'
  /** The other side reset our SYN. */
  | 'refused'
  /** Retransmissions were given up. */
  | 'timed-out'
  /** An ICMP error answered our SYN, or there is no route or neighbour. */
  | 'unreachable'
  /** This side gave it up. */
  | 'aborted';

/** What an application learns of its connection. Called while a segment is handled: act later, by a timer, or just write. */
export interface TcpOwner {
  established?(): void;
  /** Bytes in order; the owner may keep them. */
  received(bytes: Uint8Array): void;
  /** The other side will send no more. */
  ended(): void;
  /** The last call, made once. */
  closed(reason: CloseReason): void;
}

/** What a connection needs of its host. */
export interface TcpHost {
  readonly clock: Clock;
  transmit(segment: TcpSegment): void;
  /** Greatest TCP payload on the way to `remote`: path MTU less 40 bytes of headers. */
  maximumSegment(remote: Ipv4): number;
  /** `remote` has acknowledged more. */
  progressed(remote: Ipv4): void;
}

/** What every connection advertises: the buffer is always free, for owners take data at once. Linux's first window. */
export const RECEIVE_WINDOW = 64240;

/** One connection's variables, named as in RFC 9293, section 3.3.1, but spelt out. */
export class ControlBlock {
  readonly host: TcpHost;
  readonly local: Ipv4;
  readonly localPort: number;
  readonly remote: Ipv4;
  readonly remotePort: number;
  owner: TcpOwner;
  /** Told when the connection is gone, so that its table forgets it. */
  onClosed: () => void = () => undefined;
  state: TcpState;

  readonly initialSend: number;
  unacknowledged: number;
  sendNext: number;
  /** Highest sequence number ever sent, plus one: after a timeout `sendNext` goes back, this does not. */
  sendHighest: number;
  sendWindow = 0;
  windowSequence = 0;
  windowAcknowledgement = 0;
  readonly queue = new SendQueue();
  /** The owner has written its last byte. */
  finishing = false;
  finAcknowledged = false;
  /** The owner reads no more either: data that still comes is answered with a reset (RFC 9293, section 3.6.1). */
  orphaned = false;

  initialReceive = 0;
  receiveNext = 0;
  readonly early = new ReceiveQueue();
  /** Where the other side's FIN stands, once seen. */
  finSequence: number | undefined;

  /** The other side's option; RFC 9293 assumes 536 without one. */
  remoteMaximum = 536;
  readonly roundTrip = new RoundTrip();
  readonly congestion = new Congestion();
  /** A segment being timed: the acknowledgement that ends it, and when it was sent. */
  timed: { readonly until: number; readonly since: number } | undefined;

  acknowledge: 'no' | 'soon' | 'now' = 'no';
  /** Sendings of the oldest unacknowledged segment beyond the first. */
  repeats = 0;
  retransmission: Timer | undefined;
  delayedAcknowledgement: Timer | undefined;
  lingering: Timer | undefined;

  constructor(
    host: TcpHost,
    endpoints: {
      readonly local: Ipv4;
      readonly localPort: number;
      readonly remote: Ipv4;
      readonly remotePort: number;
    },
    owner: TcpOwner,
    state: TcpState,
    initialSend: number,
  ) {
    this.host = host;
    this.local = endpoints.local;
    this.localPort = endpoints.localPort;
    this.remote = endpoints.remote;
    this.remotePort = endpoints.remotePort;
    this.owner = owner;
    this.state = state;
    this.initialSend = initialSend;
    this.unacknowledged = initialSend;
    this.sendNext = initialSend;
    this.sendHighest = initialSend;
  }

  /** Bytes of data a segment may carry now. */
  get segmentSize(): number {
    return Math.max(1, Math.min(this.remoteMaximum, this.host.maximumSegment(this.remote)));
  }

  get inFlight(): number {
    return sequenceDistance(this.sendNext, this.unacknowledged);
  }

  /** Sequence number of the first byte in the queue: our SYN stands before it. */
  get queueStart(): number {
    return this.unacknowledged === this.initialSend ? sequenceAdd(this.initialSend, 1) : this.unacknowledged;
  }

  /** Sequence number of our FIN. */
  get finPosition(): number {
    return sequenceAdd(this.queueStart, this.queue.length);
  }
}
