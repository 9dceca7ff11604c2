import { asIpv4, type Ipv4, type SignedIpv4, toUnsigned } from '../packet/address.ts';
import { setU8 } from '../packet/bytes.ts';
import { fillChecksums } from '../packet/checksum.ts';
import * as ethernet from '../packet/ethernet.ts';
import * as icmp from '../packet/icmp.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { fillIcmpChecksum } from './checksums.ts';
import type { Frame } from './frame.ts';
import type { Packet } from './packet.ts';
import { setMac, type Port } from './port.ts';

/**
 * What the director says itself, as a host that owned the VIP would. Answers go back to the MAC address the frame came
 * from: whoever brought the request knows the way to the client.
 */

const IP = ethernet.HEADER_LENGTH;
const L4 = IP + ipv4.HEADER_LENGTH;
const TTL = 64;

/** RFC 1812, section 4.3.2.3: as much of the packet as fits into 576 bytes. */
const MOST_QUOTED = 576 - ipv4.HEADER_LENGTH - icmp.HEADER_LENGTH;
/** Internetwork control, and the packet's own type of service (RFC 1812, section 4.3.2.5; Linux's `RT_TOS`). */
const ERROR_PRECEDENCE = 0xc0;
const TOS_BITS = 0x1e;

/** Turns the frame into the RST that answers its segment (RFC 9293, section 3.10.7.1). */
export function answerWithReset(packet: Packet, port: Port): void {
  const { frame, bytes, ip, l4, length, flags } = packet;
  const hasAck = (flags & tcp.ACK) !== 0;
  const dataLength = length - (l4 - ip) - tcp.headerLengthOf(bytes, l4);
  // SYN and FIN take one sequence number each.
  const segmentLength = dataLength + ((flags & tcp.SYN) === 0 ? 0 : 1) + ((flags & tcp.FIN) === 0 ? 0 : 1);
  const header = {
    sourcePort: tcp.destinationPortOf(bytes, l4),
    destinationPort: tcp.sourcePortOf(bytes, l4),
    sequence: hasAck ? tcp.acknowledgementOf(bytes, l4) : 0,
    acknowledgement: hasAck ? 0 : tcp.sequenceOf(bytes, l4) + segmentLength,
    flags: hasAck ? tcp.RST : tcp.RST | tcp.ACK,
    window: 0,
  };
  const { start } = frame;
  const [source, destination] = [ipv4.destinationOf(bytes, ip), ipv4.sourceOf(bytes, ip)];
  turnAround(frame, port);
  const total = ipv4.HEADER_LENGTH + tcp.HEADER_LENGTH;
  // As Linux sends it: ID 0, for the packet cannot be fragmented.
  const ipHeader = { source, destination, protocol: ipv4.PROTOCOL_TCP, dontFragment: true, ttl: TTL };
  ipv4.write(ipHeader, bytes, start + IP, total);
  tcp.write(header, bytes, start + L4);
  frame.end = start + IP + total;
  fillChecksums(bytes, start, frame.end);
}

/** Turns the frame of an echo request into its reply (RFC 792). Its checksum is valid. */
export function answerEcho(packet: Packet, port: Port): void {
  const { frame, bytes, ip, l4 } = packet;
  const [source, destination] = [ipv4.sourceOf(bytes, ip), ipv4.destinationOf(bytes, ip)];
  turnAround(frame, port);
  ipv4.setSource(bytes, ip, destination);
  ipv4.setDestination(bytes, ip, source);
  ipv4.setTtl(bytes, ip, TTL);
  ipv4.fillHeaderChecksum(bytes, ip);
  setU8(bytes, l4 + icmp.TYPE, icmp.ECHO_REPLY);
  fillIcmpChecksum(frame.view, l4, frame.end);
}

/** What an ICMP error says. */
export interface ErrorKind {
  readonly type: number;
  readonly code: number;
  /** The second word: the MTU of a 3/4. */
  readonly rest?: number;
}

/**
 * Fills `error` with an ICMP error about the packet as it was received, from `source` to whom the packet came
 * from.
 */
export function writeError(
  packet: Packet,
  kind: ErrorKind,
  source: SignedIpv4,
  port: Port,
  error: Frame,
): void {
  const { frame, ip, length } = packet;
  error.bytes.set(packet.bytes.subarray(frame.start, frame.start + IP), error.start);
  turnAround(error, port);
  error.port = port.index;
  quote(packet.view, ip, length, kind, toUnsigned(source), error);
}

/** Writes the error's packet, about the one at `ip` of which `length` bytes are there, into a frame whose Ethernet header stands. */
export function quote(
  view: DataView,
  ip: number,
  length: number,
  kind: ErrorKind,
  source: Ipv4,
  error: Frame,
): void {
  const { bytes, start } = error;
  const quoted = Math.min(length, MOST_QUOTED);
  const total = ipv4.HEADER_LENGTH + icmp.HEADER_LENGTH + quoted;
  const header = {
    source,
    destination: asIpv4(view.getUint32(ip + ipv4.SOURCE)),
    protocol: ipv4.PROTOCOL_ICMP,
    ttl: TTL,
    trafficClass: ERROR_PRECEDENCE | (view.getUint8(ip + ipv4.TRAFFIC_CLASS) & TOS_BITS),
  };
  ipv4.write(header, bytes, start + IP, total);
  icmp.write({ rest: 0, ...kind }, bytes, start + L4);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset + ip, quoted), start + L4 + icmp.HEADER_LENGTH);
  error.end = start + IP + total;
  fillChecksums(bytes, start, error.end);
}

/** To where the frame came from, from the port's own address. */
function turnAround({ bytes, view, start }: Frame, port: Port): void {
  bytes.copyWithin(start, start + ethernet.SOURCE, start + ethernet.ETHERTYPE);
  setMac(view, start + ethernet.SOURCE, port.macHead, port.macTail);
}
