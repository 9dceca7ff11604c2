import { type Mac, NO_ADDRESS } from '../../packet/address.ts';
import * as arp from '../../packet/arp.ts';
import { u16 } from '../../packet/bytes.ts';
import { l4ChecksumOk } from '../../packet/checksum.ts';
import * as ethernet from '../../packet/ethernet.ts';
import * as gue from '../../packet/gue.ts';
import * as icmp from '../../packet/icmp.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import * as tcp from '../../packet/tcp.ts';
import * as vrrp from '../../packet/vrrp.ts';

/**
 * The numbers of one frame that joining and judging need, read once per hop. Far cheaper than a full decode, which is
 * only made when somebody looks at a hop's changes. Addresses, ports and TCP fields are those of the innermost packet.
 */
export class FrameFacts {
  readonly bytes: Uint8Array;
  /** `tcp`, `udp`, `icmp`, `arp`, `vrrp`; `ip` for other protocols and later fragments; `other` for the rest. */
  kind: 'tcp' | 'udp' | 'icmp' | 'arp' | 'vrrp' | 'ip' | 'other' = 'other';
  etherType = 0;
  /** Start of the outer IPv4 header of a packet in a tunnel (IP-in-IP, or UDP and GUE), otherwise 0. */
  outerAt = 0;
  /** Start of the (innermost) IPv4 header, or of the ARP packet; 0 when there is none. */
  ipAt = 0;
  ipEnd = 0;
  /** IP protocol; for everything else the EtherType. */
  protocol = 0;
  /** For ARP the sender's and the target's addresses. */
  source = NO_ADDRESS;
  destination = NO_ADDRESS;
  /** For an ICMP echo both ports are the identifier, for VRRP the virtual router: so a flow has two ends there too. */
  sourcePort = 0;
  destinationPort = 0;
  l4At = 0;
  payloadAt = 0;
  payloadEnd = 0;
  sequence = 0;
  acknowledgement = 0;
  flags = 0;
  icmpType = -1;
  icmpCode = 0;
  arpOperation = 0;
  /** A fragment, of the outer or of the inner packet. */
  fragment = false;
  /** The packet an ICMP error quotes; `outerAt` is set when the quote is of a packet in a tunnel. */
  quoted: FrameFacts | undefined = undefined;
  /** The frame, or a header in it, is malformed or cut short. */
  malformed = false;

  #isL4Valid: boolean | undefined = undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The checksum of TCP, UDP or ICMP is there, whole and right. Every hop is compared with the first, which is read once. */
  get isL4Valid(): boolean {
    return (this.#isL4Valid ??= l4ChecksumOk(this.bytes, this.ipAt, this.ipEnd) === true);
  }

  // Read when asked for: numbers this long are stored apart from the object, and most are never looked at.
  get etherDestination(): Mac {
    return ethernet.destinationOf(this.bytes, 0);
  }

  get etherSource(): Mac {
    return ethernet.sourceOf(this.bytes, 0);
  }

  get payloadLength(): number {
    return this.payloadEnd - this.payloadAt;
  }

  /** Not all of the packet was captured. */
  get isCut(): boolean {
    if (this.ipAt === 0 || this.kind === 'arp') return false;
    return this.bytes.length < this.routedAt + ipv4.totalLengthOf(this.bytes, this.routedAt);
  }

  /** Of the payload as it was sent, of which not all need have been captured. */
  get sentLength(): number {
    const { bytes, ipAt, kind } = this;
    if (ipAt === 0 || kind === 'arp') return this.payloadLength;
    const headers =
      (kind === 'tcp' ? this.l4At + tcp.headerLengthOf(bytes, this.l4At) : this.payloadAt) - ipAt;
    return Math.max(this.payloadLength, ipv4.totalLengthOf(bytes, ipAt) - headers);
  }

  /** The IP protocol of the packet outside; 0 when there is none. */
  get outerProtocol(): number {
    return this.outerAt === 0 ? 0 : ipv4.protocolOf(this.bytes, this.outerAt);
  }

  /** Start of the outermost IPv4 header: the one that routers look at. */
  get routedAt(): number {
    return this.outerAt || this.ipAt;
  }
}

export function readFacts(bytes: Uint8Array): FrameFacts {
  const facts = new FrameFacts(bytes);
  if (bytes.length < ethernet.HEADER_LENGTH) {
    facts.malformed = true;
    return facts;
  }
  facts.etherType = ethernet.etherTypeOf(bytes, 0);
  facts.protocol = facts.etherType;
  if (facts.etherType === ethernet.ETHERTYPE_IPV4) {
    readIpv4(facts, bytes, ethernet.HEADER_LENGTH, bytes.length, false);
  } else if (facts.etherType === ethernet.ETHERTYPE_ARP) {
    readArp(facts, bytes);
  }
  return facts;
}

function readArp(facts: FrameFacts, bytes: Uint8Array): void {
  const at = ethernet.HEADER_LENGTH;
  if (arp.check(bytes, at, bytes.length) !== undefined) {
    facts.malformed = true;
    return;
  }
  facts.kind = 'arp';
  facts.ipAt = at;
  facts.ipEnd = at + arp.HEADER_LENGTH;
  facts.arpOperation = arp.operationOf(bytes, at);
  facts.source = arp.senderIpOf(bytes, at);
  facts.destination = arp.targetIpOf(bytes, at);
}

function readIpv4(facts: FrameFacts, bytes: Uint8Array, at: number, end: number, inQuote: boolean): void {
  if (ipv4.checkHeader(bytes, at, end) !== undefined) {
    facts.malformed = true;
    return;
  }
  const packetEnd = Math.min(end, at + ipv4.totalLengthOf(bytes, at));
  const l4At = at + ipv4.headerLengthOf(bytes, at);
  facts.kind = 'ip';
  facts.ipAt = at;
  facts.ipEnd = packetEnd;
  facts.protocol = ipv4.protocolOf(bytes, at);
  facts.source = ipv4.sourceOf(bytes, at);
  facts.destination = ipv4.destinationOf(bytes, at);
  facts.l4At = l4At;
  facts.payloadAt = l4At;
  facts.payloadEnd = packetEnd;
  facts.fragment ||= ipv4.isFragment(bytes, at);
  // A later fragment has no layer 4 header of its own.
  if (ipv4.fragmentOffsetOf(bytes, at) > 0) return;
  switch (facts.protocol) {
    case ipv4.PROTOCOL_IPIP:
      if (facts.outerAt !== 0) return;
      facts.outerAt = at;
      readIpv4(facts, bytes, l4At, packetEnd, inQuote);
      return;
    case ipv4.PROTOCOL_TCP:
      readTcp(facts, bytes, l4At, packetEnd, inQuote);
      return;
    case ipv4.PROTOCOL_UDP: {
      const inner = facts.outerAt === 0 ? gue.innerAt(bytes, l4At, packetEnd) : 0;
      if (inner > 0) {
        facts.outerAt = at;
        readIpv4(facts, bytes, inner, packetEnd, inQuote);
      } else if (l4At + 8 > packetEnd) facts.malformed = true;
      else {
        facts.kind = 'udp';
        readPorts(facts, bytes, l4At);
        facts.payloadAt = l4At + 8;
      }
      return;
    }
    case ipv4.PROTOCOL_ICMP:
      readIcmp(facts, bytes, l4At, packetEnd, inQuote);
      return;
    case ipv4.PROTOCOL_VRRP:
      if (vrrp.check(bytes, l4At, packetEnd) !== undefined) return;
      facts.kind = 'vrrp';
      facts.sourcePort = bytes[l4At + 1]!;
      facts.destinationPort = facts.sourcePort;
      return;
    default:
  }
}

function readPorts(facts: FrameFacts, bytes: Uint8Array, at: number): void {
  facts.sourcePort = u16(bytes, at);
  facts.destinationPort = u16(bytes, at + 2);
}

function readTcp(facts: FrameFacts, bytes: Uint8Array, at: number, end: number, inQuote: boolean): void {
  // A quote may hold eight bytes of TCP only: the ports and the sequence number.
  if (inQuote && at + 8 <= end) {
    facts.kind = 'tcp';
    readPorts(facts, bytes, at);
    facts.sequence = tcp.sequenceOf(bytes, at);
    return;
  }
  if (at + tcp.HEADER_LENGTH > end) {
    facts.malformed = true;
    return;
  }
  facts.kind = 'tcp';
  readPorts(facts, bytes, at);
  facts.sequence = tcp.sequenceOf(bytes, at);
  facts.acknowledgement = tcp.acknowledgementOf(bytes, at);
  facts.flags = tcp.flagsOf(bytes, at);
  facts.payloadAt = Math.min(end, at + (bytes[at + 12]! >>> 4) * 4);
}

function readIcmp(facts: FrameFacts, bytes: Uint8Array, at: number, end: number, inQuote: boolean): void {
  if (at + icmp.HEADER_LENGTH > end) {
    facts.malformed = true;
    return;
  }
  facts.kind = 'icmp';
  facts.icmpType = icmp.typeOf(bytes, at);
  facts.icmpCode = icmp.codeOf(bytes, at);
  facts.payloadAt = at + icmp.HEADER_LENGTH;
  if (facts.icmpType === icmp.ECHO_REQUEST || facts.icmpType === icmp.ECHO_REPLY) {
    facts.sourcePort = icmp.identifierOf(bytes, at);
    facts.destinationPort = facts.sourcePort;
    facts.sequence = icmp.sequenceOf(bytes, at);
  } else if (icmp.isError(facts.icmpType) && !inQuote) {
    const quoted = new FrameFacts(bytes);
    readIpv4(quoted, bytes, facts.payloadAt, end, true);
    if (quoted.ipAt !== 0) facts.quoted = quoted;
  }
}
