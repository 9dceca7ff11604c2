import type { Ipv4 } from '../../../packet/address.ts';
import { inBackground, type Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { learnSyn, segmentArrives } from './arrival.ts';
import { TcpConnection } from './connection.ts';
import type { TcpState } from '../../node-state.ts';
import { ControlBlock, type TcpHost, type TcpOwner } from './control-block.ts';
import { sendSyn } from './output.ts';
import { TCP_ACK, TCP_RST, TCP_SYN, resetFor, type TcpSegment } from './segment.ts';
import { sequenceAdd, sequenceAfter, sequenceBefore } from './sequence.ts';
import { armRetransmission, closeBlock, sendAndWatch } from './timers.ts';

export interface Endpoints {
  readonly local: Ipv4;
  readonly localPort: number;
  readonly remote: Ipv4;
  readonly remotePort: number;
}

/** Makes the owner of a connection that has come in. */
export type Accept = (connection: TcpConnection) => TcpOwner;

/** Where this stack's segments go. */
export interface TcpOutput {
  /** `stateless`: sent without a connection, by a host that knows nothing of one. */
  transmit(segment: TcpSegment, stateless: boolean): void;
  /** Greatest TCP payload on the way to `remote`. */
  maximumSegment(remote: Ipv4): number;
  /** What was sent to `remote` got there: it has acknowledged more. */
  progressed?(remote: Ipv4): void;
}

const FIRST_EPHEMERAL = 40000;
const LAST_EPHEMERAL = 60999;
/** Ephemeral ports begin somewhere in here, at a place that the seed decides. */
const EPHEMERAL_SPREAD = 1000;

/** The TCP of one host: its listening ports and its connections (RFC 9293, without window scaling, SACK and timestamps). */
export class TcpStack {
  readonly #clock: Clock;
  readonly #output: TcpOutput;
  readonly #host: TcpHost;
  readonly #secret: number;
  readonly #listeners = new Map<number, Accept>();
  readonly #blocks = new Map<string, ControlBlock>();
  #nextPort: number;

  constructor(clock: Clock, random: Random, output: TcpOutput) {
    this.#clock = clock;
    this.#output = output;
    this.#secret = random.next();
    this.#nextPort = FIRST_EPHEMERAL + random.below(EPHEMERAL_SPREAD);
    this.#host = {
      clock,
      transmit: (segment) => output.transmit(segment, false),
      maximumSegment: (remote) => output.maximumSegment(remote),
      progressed: (remote) => output.progressed?.(remote),
    };
  }

  listen(port: number, accept: Accept): void {
    this.#listeners.set(port, accept);
  }

  /** Whether somebody listens on the port, or a connection has it. */
  takes(port: number): boolean {
    return (
      this.#listeners.has(port) || [...this.#blocks.values()].some(({ localPort }) => localPort === port)
    );
  }

  /** New connections are refused from now on; those that exist stay. */
  unlisten(port: number): void {
    this.#listeners.delete(port);
  }

  /**
   * Opens a connection. Without `localPort` an ephemeral one is taken. `undefined` when the four-tuple, or every
   * ephemeral port, is in use; one in TIME-WAIT is taken over (Linux's tcp_tw_reuse).
   */
  connect(
    to: {
      readonly local: Ipv4;
      readonly remote: Ipv4;
      readonly remotePort: number;
      readonly localPort?: number;
      /** No run waits for it. */
      readonly isBackground?: boolean;
    },
    owner: (connection: TcpConnection) => TcpOwner,
  ): TcpConnection | undefined {
    const localPort = to.localPort ?? this.#ephemeralPort(to);
    if (localPort === undefined) return undefined;
    const endpoints = { ...to, localPort };
    const existing = this.#blocks.get(keyOf(endpoints));
    if (existing && existing.state !== 'time-wait') return undefined;
    if (existing) closeBlock(existing, 'finished');
    const host = to.isBackground ? { ...this.#host, clock: inBackground(this.#clock) } : this.#host;
    return this.#open(endpoints, owner, 'syn-sent', undefined, host);
  }

  receive(segment: TcpSegment): void {
    const endpoints = {
      local: segment.destination,
      localPort: segment.destinationPort,
      remote: segment.source,
      remotePort: segment.sourcePort,
    };
    const block = this.#blocks.get(keyOf(endpoints));
    if (block && !this.#reopens(block, segment)) segmentArrives(block, segment);
    else this.#listening(endpoints, segment);
  }

  /** The path MTU towards an address sank below a segment that was sent: send again, smaller (RFC 1191, section 6.4). */
  tooBig(endpoints: Endpoints, sequence: number): void {
    const block = this.#quotedBlock(endpoints, sequence);
    if (!block) return;
    block.sendNext = block.unacknowledged;
    block.timed = undefined;
    sendAndWatch(block);
  }

  /** An ICMP error, or no neighbour: hard while connecting, a hint afterwards (RFC 1122, section 4.2.3.9; Linux tcp_v4_err). */
  unreachable(endpoints: Endpoints, sequence: number): void {
    const block = this.#quotedBlock(endpoints, sequence);
    if (block?.state === 'syn-sent') closeBlock(block, 'unreachable');
  }

  *connections(): Iterable<Endpoints & { readonly state: TcpState }> {
    yield* this.#blocks.values();
  }

  /** Every timer stops and nothing is sent: the host is gone. */
  halt(): void {
    for (const block of [...this.#blocks.values()]) {
      block.owner = { received: () => undefined, ended: () => undefined, closed: () => undefined };
      closeBlock(block, 'aborted');
    }
    this.#listeners.clear();
  }

  /** RFC 9293, section 3.10.7.4, first: a new SYN may take over a connection in TIME-WAIT. */
  #reopens(block: ControlBlock, segment: TcpSegment): boolean {
    if (block.state !== 'time-wait') return false;
    if ((segment.flags & (TCP_SYN | TCP_ACK | TCP_RST)) !== TCP_SYN) return false;
    if (!this.#listeners.has(block.localPort) || !sequenceAfter(segment.sequence, block.receiveNext))
      return false;
    closeBlock(block, 'finished');
    return true;
  }

  /** Sections 3.10.7.1 and 3.10.7.2: no connection; perhaps a listening port. */
  #listening(endpoints: Endpoints, segment: TcpSegment): void {
    const accept = this.#listeners.get(segment.destinationPort);
    const opening = (segment.flags & (TCP_SYN | TCP_ACK | TCP_RST)) === TCP_SYN;
    if (!accept || !opening) {
      const reset = resetFor(segment);
      if (reset) this.#output.transmit(reset, true);
      return;
    }
    this.#open(endpoints, accept, 'syn-received', segment);
  }

  #open(
    endpoints: Endpoints,
    owner: (connection: TcpConnection) => TcpOwner,
    state: TcpState,
    syn: TcpSegment | undefined,
    host = this.#host,
  ): TcpConnection {
    const sequence = this.#initialSequence(endpoints);
    const block = new ControlBlock(host, endpoints, NOBODY, state, sequence);
    const connection = new TcpConnection(block);
    block.owner = owner(connection);
    block.timed = { until: sequenceAdd(sequence, 1), since: this.#clock.now() };
    const key = keyOf(endpoints);
    this.#blocks.set(key, block);
    block.onClosed = () => {
      if (this.#blocks.get(key) === block) this.#blocks.delete(key);
    };
    if (syn) learnSyn(block, syn);
    sendSyn(block);
    // Sending may have failed at once and closed it.
    if (this.#blocks.has(key)) armRetransmission(block);
    return connection;
  }

  /** The connection an ICMP error quotes, if it quotes something that is in flight (RFC 5927, section 4.1). */
  #quotedBlock(endpoints: Endpoints, sequence: number): ControlBlock | undefined {
    const block = this.#blocks.get(keyOf(endpoints));
    if (!block) return undefined;
    const inFlight =
      !sequenceBefore(sequence, block.unacknowledged) && sequenceBefore(sequence, block.sendHighest);
    return inFlight ? block : undefined;
  }

  /** RFC 6528: a clock of 4 µs plus a hash of the four-tuple, so that a port used again starts above its last connection. */
  #initialSequence(endpoints: Endpoints): number {
    let hash = this.#secret;
    for (const value of [endpoints.local, endpoints.remote, endpoints.localPort, endpoints.remotePort]) {
      hash = Math.imul(hash ^ value, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return (hash + Math.floor(this.#clock.now() / 4000)) >>> 0;
  }

  #ephemeralPort(to: {
    readonly local: Ipv4;
    readonly remote: Ipv4;
    readonly remotePort: number;
  }): number | undefined {
    for (let tried = FIRST_EPHEMERAL; tried <= LAST_EPHEMERAL; tried += 1) {
      const localPort = this.#nextPort;
      this.#nextPort = localPort === LAST_EPHEMERAL ? FIRST_EPHEMERAL : localPort + 1;
      if (!this.#blocks.has(keyOf({ ...to, localPort }))) return localPort;
    }
    return undefined;
  }
}

const NOBODY: TcpOwner = { received: () => undefined, ended: () => undefined, closed: () => undefined };

function keyOf(endpoints: Endpoints): string {
  return `${endpoints.local}:${endpoints.localPort}:${endpoints.remote}:${endpoints.remotePort}`;
}
