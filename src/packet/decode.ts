import * as arp from './arp.ts';
import * as ethernet from './ethernet.ts';
import * as gue from './gue.ts';
import * as icmp from './icmp.ts';
import * as ipv4 from './ipv4.ts';
import type { DecodedFrame, Layer, PacketProblem, TcpLayer } from './layers.ts';
import { isProblem, packetProblem } from './problem.ts';
import * as tcp from './tcp.ts';
import * as udp from './udp.ts';
import * as vrrp from './vrrp.ts';

/**
 * The headers of an Ethernet frame. Never throws and never reads outside `bytes`. A cut or malformed frame gives
 * `problem`, with the layers before the fault. `originalLength` is the frame's length on the wire, more than
 * `bytes.length` when the capture cut it.
 *
 * The records refer to `bytes` (options; L4 checksums are verified when asked for), so `bytes` must not change as
 * long as they are in use.
 */
export function decodeFrame(bytes: Uint8Array, originalLength: number = bytes.length): DecodedFrame {
  const layers: Layer[] = [];
  const problem = decodeEthernet(bytes, originalLength, layers);
  return problem === undefined ? { bytes, layers } : { bytes, layers, problem };
}

function decodeEthernet(
  bytes: Uint8Array,
  originalLength: number,
  layers: Layer[],
): PacketProblem | undefined {
  const end = bytes.length;
  const header = ethernet.decode(bytes, 0, end);
  if (isProblem(header)) return header;
  layers.push(header);
  let problem: PacketProblem | undefined;
  if (header.etherType === ethernet.ETHERTYPE_IPV4) {
    problem = decodePacket(bytes, header.end, end, layers, false);
  } else if (header.etherType === ethernet.ETHERTYPE_ARP) {
    const packet = arp.decode(bytes, header.end, end);
    if (isProblem(packet)) problem = packet;
    else layers.push(packet);
  } else {
    pushPayload(layers, header.end, end);
  }
  return problem ?? (originalLength > end ? packetProblem('truncated', 'ethernet', 0) : undefined);
}

/**
 * An IPv4 packet and what is in it. A packet shorter than its total length is cut, which is a problem but no end of
 * decoding; in a quote and in a first fragment it is no problem at all.
 */
function decodePacket(
  bytes: Uint8Array,
  start: number,
  available: number,
  layers: Layer[],
  inQuote: boolean,
): PacketProblem | undefined {
  let cut: PacketProblem | undefined;
  let end = available;
  let partial = inQuote;
  for (let at = start; ;) {
    const header = ipv4.decode(bytes, at, end);
    if (isProblem(header)) {
      // A quote of an IP-in-IP packet need not reach beyond 8 bytes of the inner header (RFC 792).
      if (!inQuote || at === start || header.problem !== 'truncated') return header;
      pushPayload(layers, at, end);
      return undefined;
    }
    layers.push(header);
    const packetEnd = at + header.totalLength;
    if (packetEnd > end && !partial) cut = packetProblem('truncated', 'ipv4', at);
    end = Math.min(end, packetEnd);
    if (header.fragmentOffset > 0) {
      pushPayload(layers, header.end, end);
      return cut;
    }
    partial ||= header.moreFragments;
    const wireEnd = partial ? Infinity : packetEnd;
    const inner = header.protocol === ipv4.PROTOCOL_UDP ? gue.innerAt(bytes, header.end, end) : 0;
    if (inner > 0) {
      const outside = udp.decode(bytes, header.end, end, inQuote ? -1 : at, wireEnd);
      if (isProblem(outside)) return outside;
      layers.push(outside, gue.decode(bytes, outside.end));
      at = inner;
      continue;
    }
    if (header.protocol !== ipv4.PROTOCOL_IPIP) {
      return decodeL4(bytes, header.protocol, at, header.end, end, wireEnd, layers, inQuote) ?? cut;
    }
    at = header.end;
  }
}

/** `wireEnd` is where the packet ended on the wire; `Infinity` when its length fields count more than was sent in it. */
function decodeL4(
  bytes: Uint8Array,
  protocol: number,
  ipStart: number,
  at: number,
  end: number,
  wireEnd: number,
  layers: Layer[],
  inQuote: boolean,
): PacketProblem | undefined {
  switch (protocol) {
    case ipv4.PROTOCOL_TCP: {
      const header: TcpLayer | PacketProblem = inQuote
        ? tcp.decodeQuoted(bytes, at, end)
        : tcp.decode(bytes, at, end, ipStart, wireEnd);
      if (isProblem(header)) return header;
      layers.push(header);
      pushPayload(layers, header.end, end);
      return undefined;
    }
    case ipv4.PROTOCOL_UDP: {
      const header = udp.decode(bytes, at, end, inQuote ? -1 : ipStart, wireEnd);
      if (isProblem(header)) return header;
      layers.push(header);
      pushPayload(layers, header.end, Math.min(end, at + header.length));
      return undefined;
    }
    case ipv4.PROTOCOL_ICMP:
      return decodeIcmp(bytes, ipStart, at, end, layers, inQuote);
    case ipv4.PROTOCOL_VRRP: {
      const message = vrrp.decode(bytes, at, end, inQuote || wireEnd === Infinity ? -1 : ipStart);
      if (isProblem(message)) return message;
      layers.push(message);
      pushPayload(layers, message.end, end);
      return undefined;
    }
    default:
      pushPayload(layers, at, end);
      return undefined;
  }
}

function decodeIcmp(
  bytes: Uint8Array,
  ipStart: number,
  at: number,
  end: number,
  layers: Layer[],
  inQuote: boolean,
): PacketProblem | undefined {
  const problem = icmp.check(bytes, at, end);
  if (problem !== undefined) return problem;
  const quoteStart = at + icmp.HEADER_LENGTH;
  // Errors are not sent about errors (RFC 1122 section 3.2.2), so a quote within a quote stays payload.
  const quoted: Layer[] = [];
  const quotes = !inQuote && icmp.isError(icmp.typeOf(bytes, at));
  const quoteProblem = quotes ? decodePacket(bytes, quoteStart, end, quoted, true) : undefined;
  const header = icmp.decode(bytes, at, end, inQuote ? -1 : ipStart, quoted);
  if (isProblem(header)) return header;
  layers.push(header);
  if (quoted.length === 0) pushPayload(layers, quoteStart, end);
  return quoteProblem;
}

function pushPayload(layers: Layer[], start: number, end: number): void {
  if (end > start) layers.push({ kind: 'payload', start, end });
}
