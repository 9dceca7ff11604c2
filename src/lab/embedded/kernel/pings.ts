import * as icmp from '../../../packet/icmp.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import type { IpOutput } from './ip-output.ts';
import type { Packet } from './packet.ts';

/** Who waits for the replies to one identifier. */
export interface PingOwner {
  answered(from: number, sequence: number): void;
  /** An ICMP error answered a request. */
  refused?(): void;
}

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
  send(to: number, identifier: number, sequence: number, data: Uint8Array): boolean {
    const source = this.#output.sourceFor(to);
    if (source === undefined) return false;
    const rest = ((identifier << 16) | sequence) >>> 0;
    const header = { source, destination: to, protocol: ipv4.PROTOCOL_ICMP, dontFragment: false };
    return this.#output.send(header, icmp.encode({ type: icmp.ECHO_REQUEST, code: 0, rest }, data));
  }

  /** An echo reply, its checksum right. */
  arrives({ bytes, payloadAt, source }: Packet): void {
    this.#owners
      .get(icmp.identifierOf(bytes, payloadAt))
      ?.answered(source, icmp.sequenceOf(bytes, payloadAt));
  }

  refused(identifier: number): void {
    this.#owners.get(identifier)?.refused?.();
  }

  #freeIdentifier(): number | undefined {
    for (let tried = 0; tried < 0x1_0000; tried += 1) {
      this.#nextIdentifier = (this.#nextIdentifier % 0xffff) + 1;
      if (!this.#owners.has(this.#nextIdentifier)) return this.#nextIdentifier;
    }
    return undefined;
  }
}
