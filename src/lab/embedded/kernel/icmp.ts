import type { Ipv4 } from '../../../packet/address.ts';
import { setU16 } from '../../../packet/bytes.ts';
import { l4ChecksumOk } from '../../../packet/checksum.ts';
import * as icmp from '../../../packet/icmp.ts';
import * as ipv4 from '../../../packet/ipv4.ts';
import { MAX_ICMP_ERROR_LENGTH } from '../../../packet/build.ts';
import type { IpOutput } from './ip-output.ts';
import { wholePacket, type Packet } from './packet.ts';
import { isLocal, type KernelSettings } from './settings.ts';

/** Internetwork control: the precedence of ICMP errors (RFC 1812, section 4.3.2.5). */
const ERROR_CLASS = 0xc0;

/** What an error says about a packet of ours. */
export interface QuotedPacket {
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU of a 3/4. */
  readonly mtu: number;
  readonly source: Ipv4;
  readonly destination: Ipv4;
  readonly protocol: number;
  readonly totalLength: number;
  /** The IPv4 packet, cut. */
  readonly bytes: Uint8Array;
  readonly payloadAt: number;
  /** Who said so: this host itself when it knows no way. */
  readonly from: Ipv4;
  /** Of the error as it arrived; 0 when this host knows by itself. */
  readonly ttl: number;
}

/** A host's ICMP: it answers echoes, sends errors and hands those it gets to the transport they concern. */
export class Icmp {
  readonly #settings: () => KernelSettings;
  readonly #output: IpOutput;
  readonly #onError: (quoted: QuotedPacket) => void;
  readonly #onReply: (packet: Packet) => void;

  constructor(
    settings: () => KernelSettings,
    output: IpOutput,
    onError: (quoted: QuotedPacket) => void,
    onReply: (packet: Packet) => void,
  ) {
    this.#settings = settings;
    this.#output = output;
    this.#onError = onError;
    this.#onReply = onReply;
  }

  arrives(packet: Packet): void {
    const { bytes, at, payloadAt, end } = packet;
    if (icmp.check(bytes, payloadAt, end) || l4ChecksumOk(bytes, at, end) === false) return;
    const type = icmp.typeOf(bytes, payloadAt);
    if (type === icmp.ECHO_REQUEST) this.#answerEcho(packet);
    else if (type === icmp.ECHO_REPLY) this.#onReply(packet);
    else if (type === icmp.DESTINATION_UNREACHABLE || type === icmp.TIME_EXCEEDED)
      this.#errorArrives(packet, type);
  }

  /**
   * Sends an error about a packet that came in, unless it must not (RFC 1122, section 3.2.2): never about an error, a
   * later fragment or a broadcast. From the address it was sent to when that is ours, else from the interface that
   * leads back. `rest` is the MTU of a 3/4, the gateway of a redirect. Linux's rate limit is left out: labs are small.
   */
  send(packet: Packet, type: number, code: number, rest = 0): void {
    if (packet.broadcast || !mayCauseError(packet)) return;
    const local = isLocal(this.#settings(), packet.destination);
    const source = local ? packet.destination : this.#output.sourceFor(packet.source, 'kernel');
    if (source === undefined) return;
    const room = MAX_ICMP_ERROR_LENGTH - ipv4.HEADER_LENGTH - icmp.HEADER_LENGTH;
    const quoted = wholePacket(packet).subarray(0, room);
    const header = {
      source,
      destination: packet.source,
      protocol: ipv4.PROTOCOL_ICMP,
      dontFragment: false,
      trafficClass: ERROR_CLASS,
    };
    this.#output.send(header, icmp.encode({ type, code, rest }, quoted));
  }

  #answerEcho(packet: Packet): void {
    if (packet.broadcast) return;
    const { bytes, payloadAt, end } = packet;
    const reply = bytes.slice(payloadAt, end);
    const rest = icmp.restOf(reply, 0);
    const header = {
      source: packet.destination,
      destination: packet.source,
      protocol: ipv4.PROTOCOL_ICMP,
      dontFragment: false,
      trafficClass: ipv4.trafficClassOf(bytes, packet.at),
    };
    const data = reply.subarray(icmp.HEADER_LENGTH);
    setU16(reply, icmp.CHECKSUM, 0);
    this.#output.send(header, icmp.encode({ type: icmp.ECHO_REPLY, code: 0, rest }, data));
  }

  #errorArrives(packet: Packet, type: number): void {
    const at = packet.payloadAt + icmp.HEADER_LENGTH;
    const { bytes, end } = packet;
    if (ipv4.checkHeader(bytes, at, end)) return;
    const quoted: QuotedPacket = {
      type,
      code: icmp.codeOf(bytes, packet.payloadAt),
      mtu: icmp.nextHopMtuOf(bytes, packet.payloadAt),
      source: ipv4.sourceOf(bytes, at),
      destination: ipv4.destinationOf(bytes, at),
      protocol: ipv4.protocolOf(bytes, at),
      totalLength: ipv4.totalLengthOf(bytes, at),
      bytes: bytes.subarray(at, end),
      payloadAt: ipv4.headerLengthOf(bytes, at),
      from: packet.source,
      ttl: ipv4.ttlOf(bytes, packet.at),
    };
    this.#onError(quoted);
  }
}

function mayCauseError({ bytes, at, end, protocol, payloadAt }: Packet): boolean {
  if (ipv4.fragmentOffsetOf(bytes, at) > 0) return false;
  if (protocol !== ipv4.PROTOCOL_ICMP) return true;
  return icmp.check(bytes, payloadAt, end) === undefined && !icmp.isError(icmp.typeOf(bytes, payloadAt));
}
