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
/** Bytes of data in an echo request, as ping sends them. */
const ECHO_DATA = 56;

/** What an error says about a packet of ours. */
export interface QuotedPacket {
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU of a 3/4. */
  readonly mtu: number;
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly totalLength: number;
  /** The IPv4 packet, cut. */
  readonly bytes: Uint8Array;
  readonly payloadAt: number;
}

/** What came of an echo request. */
export interface EchoAnswer {
  readonly kind: 'reply' | 'unreachable' | 'time-exceeded';
  /** Who said so; this host itself when it knows no way. */
  readonly from: number;
  /** Of the answer as it arrived; 0 when this host knows by itself. */
  readonly ttl: number;
}

/** A host's ICMP: it answers echoes, sends errors and hands those it gets to the transport they concern. */
export class Icmp {
  readonly #settings: () => KernelSettings;
  readonly #output: IpOutput;
  readonly #onError: (quoted: QuotedPacket) => void;
  /** Who waits for the answer to an echo request, by identifier and sequence number. */
  readonly #echoes = new Map<number, (answer: EchoAnswer) => void>();

  constructor(settings: () => KernelSettings, output: IpOutput, onError: (quoted: QuotedPacket) => void) {
    this.#settings = settings;
    this.#output = output;
    this.#onError = onError;
  }

  arrives(packet: Packet): void {
    const { bytes, at, payloadAt, end } = packet;
    if (icmp.check(bytes, payloadAt, end) || l4ChecksumOk(bytes, at, end) === false) return;
    const type = icmp.typeOf(bytes, payloadAt);
    if (type === icmp.ECHO_REQUEST) this.#answerEcho(packet);
    else if (type === icmp.ECHO_REPLY)
      this.#tellEcho(icmp.restOf(bytes, payloadAt), {
        kind: 'reply',
        from: packet.source,
        ttl: ipv4.ttlOf(bytes, at),
      });
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
    const source = local ? packet.destination : this.#output.sourceFor(packet.source);
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

  /** Sends an echo request; false without a route. `heard` is called once at most; `forgetEcho` ends the waiting. */
  echo(destination: number, rest: number, heard: (answer: EchoAnswer) => void): boolean {
    const source = this.#output.sourceFor(destination);
    if (source === undefined) return false;
    this.#echoes.set(rest, heard);
    const header = { source, destination, protocol: ipv4.PROTOCOL_ICMP, dontFragment: false };
    const data = Uint8Array.from({ length: ECHO_DATA }, (_, at) => at);
    return this.#output.send(header, icmp.encode({ type: icmp.ECHO_REQUEST, code: 0, rest }, data));
  }

  forgetEcho(rest: number): void {
    this.#echoes.delete(rest);
  }

  /** An error, or this host itself, says that an echo request did not arrive. */
  echoFailed({ type, bytes, payloadAt }: QuotedPacket, from: number, ttl: number): void {
    if (bytes.length < payloadAt + icmp.HEADER_LENGTH) return;
    if (icmp.typeOf(bytes, payloadAt) !== icmp.ECHO_REQUEST) return;
    const kind = type === icmp.TIME_EXCEEDED ? 'time-exceeded' : 'unreachable';
    this.#tellEcho(icmp.restOf(bytes, payloadAt), { kind, from, ttl });
  }

  #tellEcho(rest: number, answer: EchoAnswer): void {
    const heard = this.#echoes.get(rest);
    this.#echoes.delete(rest);
    heard?.(answer);
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
    };
    if (quoted.protocol === ipv4.PROTOCOL_ICMP)
      this.echoFailed(quoted, packet.source, ipv4.ttlOf(packet.bytes, packet.at));
    this.#onError(quoted);
  }
}

function mayCauseError({ bytes, at, end, protocol, payloadAt }: Packet): boolean {
  if (ipv4.fragmentOffsetOf(bytes, at) > 0) return false;
  if (protocol !== ipv4.PROTOCOL_ICMP) return true;
  return icmp.check(bytes, payloadAt, end) === undefined && !icmp.isError(icmp.typeOf(bytes, payloadAt));
}
