import type { Ipv4 } from '../../../packet/address.ts';
import * as icmp from '../../../packet/icmp.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import type { QuotedPacket } from './icmp.ts';
import type { IpOutput } from './ip-output.ts';
import type { Packet } from './packet.ts';

/** What came of an echo request. */
export interface EchoAnswer {
  readonly kind: 'reply' | 'unreachable' | 'time-exceeded';
  /** Who said so; this host itself when it knows no way. */
  readonly from: Ipv4;
  /** Of the answer as it arrived; 0 when this host knows by itself. */
  readonly ttl: number;
}

/** Who waits for the answers to one identifier. */
export type PingOwner = (answer: EchoAnswer) => void;

/** The pings of one host: what Linux's ping sockets are. */
export class Pings {
  readonly #output: IpOutput;
  readonly #owners = new Map<number, PingOwner>();
  /** Every host begins with 1: behind one address they meet, which is what a NAT router is for. */
  #nextIdentifier = 0;

  constructor(output: IpOutput) {
    this.#output = output;
  }

  /** Takes an identifier; `undefined` when it, or every one, is taken. */
  bind(owner: PingOwner, identifier?: number): number | undefined {
    const bound = identifier ?? this.#freeIdentifier();
    if (bound === undefined || this.#owners.has(bound)) return undefined;
    this.#owners.set(bound, owner);
    return bound;
  }

  release(identifier: number): void {
    this.#owners.delete(identifier);
  }

  /** False without a route. */
  send(to: Ipv4, identifier: number, sequence: number, data: Uint8Array): boolean {
    const source = this.#output.sourceFor(to);
    if (source === undefined) return false;
    const rest = ((identifier << 16) | sequence) >>> 0;
    const header = { source, destination: to, protocol: ipv4.PROTOCOL_ICMP, dontFragment: false };
    return this.#output.send(header, icmp.encode({ type: icmp.ECHO_REQUEST, code: 0, rest }, data));
  }

  /** An echo reply, its checksum right. */
  arrives({ bytes, at, payloadAt, source }: Packet): void {
    const owner = this.#owners.get(icmp.identifierOf(bytes, payloadAt));
    owner?.({ kind: 'reply', from: source, ttl: ipv4.ttlOf(bytes, at) });
  }

  /** An ICMP error answered a request. */
  refused(identifier: number, { type, from, ttl }: QuotedPacket): void {
    const kind = type === icmp.TIME_EXCEEDED ? 'time-exceeded' : 'unreachable';
    this.#owners.get(identifier)?.({ kind, from, ttl });
  }

  #freeIdentifier(): number | undefined {
    for (let tried = 0; tried < 0x1_0000; tried += 1) {
      this.#nextIdentifier = (this.#nextIdentifier % 0xffff) + 1;
      if (!this.#owners.has(this.#nextIdentifier)) return this.#nextIdentifier;
    }
    return undefined;
  }
}
