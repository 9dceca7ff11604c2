import { toUnsigned } from '../packet/address.ts';
import * as ethernet from '../packet/ethernet.ts';
import * as icmp from '../packet/icmp.ts';
import * as ipv4 from '../packet/ipv4.ts';
import type { Addresses } from './addresses.ts';
import { quote } from './answers.ts';
import { fillIcmpChecksum, l4ChecksumOk } from './checksums.ts';
import * as at from './connections/layout.ts';
import type { Connections } from './connections/connections.ts';
import type { Egress } from './egress.ts';
import { addressAt, isTracked, queryPorts } from './headers.ts';
import { nameFlow, type Output } from './output.ts';
import type { Packet } from './packet.ts';
import type { Port } from './port.ts';
import type { Refusals } from './refusals.ts';
import { changeAddresses, translateQuote, wrap } from './rewrite.ts';
import type { Server } from './server.ts';
import type { ServiceTable } from './service-table.ts';
import type { Verdict } from './verdict.ts';

/** Enough of a quoted packet to know its flow: RFC 792 asks for 8 bytes behind the header. */
const QUOTED_BYTES = 8;
/** Of a packet quoted inside another, with as much as a router cares to quote: its ports. */
const INNER_BYTES = 4;
/** No IPv4 link has less (RFC 791). */
const LEAST_MTU = 68;

/**
 * ICMP errors about packets that crossed the director. The quoted packet names the connection; the error then goes to
 * the end of it that the packet came from, both of its headers translated, or in dr and tun to the server as every
 * packet does (RFC 5508, section 4; ip_vs_core.c, `ip_vs_in_icmp`).
 */
export class IcmpErrors {
  private readonly addresses: Addresses;
  private readonly services: ServiceTable;
  private readonly connections: Connections;
  private readonly egress: Egress;
  private readonly refusals: Refusals;
  private readonly output: Output;

  constructor(
    addresses: Addresses,
    services: ServiceTable,
    connections: Connections,
    egress: Egress,
    refusals: Refusals,
    output: Output,
  ) {
    this.addresses = addresses;
    this.services = services;
    this.connections = connections;
    this.egress = egress;
    this.refusals = refusals;
    this.output = output;
  }

  /** Decides about an ICMP error. */
  receive(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const { view, frame, l4, ip } = packet;
    if (this.addresses.isMartian(addressAt(view, ip + ipv4.SOURCE)))
      return this.refusals.martian(packet, verdict);
    const quoted = l4 + icmp.HEADER_LENGTH;
    const quotedL4 = quotedPayload(view, quoted, frame.end, QUOTED_BYTES);
    if (quotedL4 === 0) return this.stranger(packet, port, verdict);
    const inner = this.services.innerOfTunnel(view, quoted, quotedL4, frame.end);
    if (inner > 0) return this.aboutTunnel(packet, quoted, quotedL4, inner, port, verdict);
    const protocol = view.getUint8(quoted + ipv4.PROTOCOL);
    const found = this.find(view, quoted, quotedL4, protocol, packet.clock);
    if (found < 0) return this.stranger(packet, port, verdict);
    const { words } = this.connections.table;
    const base = (found >> 1) << at.LOG2_WORDS;
    const server = this.services.server(words[base + at.SERVER]!);
    // As conntrack: an error goes to who sent the packet that it quotes.
    const destination = addressAt(view, ip + ipv4.DESTINATION);
    if (destination !== addressAt(view, quoted + ipv4.SOURCE)) return this.stranger(packet, port, verdict);
    nameFlow(verdict, 'icmp-error', server, words[base + at.SERIAL]!);
    if (server.gone) return this.output.drop(verdict, 'icmp-error', 'server-removed');
    if (!isPassedOn(view.getUint8(l4 + icmp.TYPE), server.isOutside)) {
      // IPVS leaves it to the director's own stack, which ignores what is for the VIP.
      return !server.isOutside && this.addresses.isOwn(destination)
        ? this.refusals.notOurs(destination, verdict)
        : this.output.drop(verdict, 'icmp-error', 'unsupported');
    }
    return this.carry(packet, found, server, port, verdict, quotedL4);
  }

  /** To the end that it concerns, which `found` tells: the connection and the direction in which the error travels. */
  private carry(
    packet: Packet,
    found: number,
    server: Server,
    port: Port,
    verdict: Verdict,
    quotedL4: number,
  ): Verdict {
    const { model } = server;
    if (!this.egress.admits(packet, model, port, verdict)) return verdict;
    const { words } = this.connections.table;
    const base = (found >> 1) << at.LOG2_WORDS;
    const direction = found & 1;
    const way = this.egress.hopOf(words, base, direction, server);
    // IPVS cuts an error whatever its DF says (ip_vs_xmit.c, `ensure_mtu_is_adequate`); netfilter's is plain forwarding.
    const hop = this.egress.ready(packet, way, model, direction, port, verdict, !model.translates);
    if (hop === undefined) return verdict;
    if (model.translates) translateError(packet, words, base, direction, quotedL4);
    else wrap(packet, server);
    this.egress.send(packet, hop, verdict);
    return verdict;
  }

  /**
   * The connection of the quoted packet, as `Connections.find` gives it for a packet the other way: direction 1 when
   * the error is about a request, and goes to the client.
   */
  private find(view: DataView, quoted: number, l4: number, protocol: number, clock: number): number {
    if (!isTracked(protocol)) return -1;
    const source = addressAt(view, quoted + ipv4.DESTINATION);
    const destination = addressAt(view, quoted + ipv4.SOURCE);
    const ports = protocol === ipv4.PROTOCOL_ICMP ? queryPorts(view, l4) : view.getInt32(l4);
    const turned = (ports << 16) | (ports >>> 16);
    return this.connections.findKey(source, destination, turned, protocol, clock);
  }

  /** An error that quotes no packet of a connection: for the kernel when it is for this node, else nobody's. */
  private stranger(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const destination = addressAt(packet.view, packet.ip + ipv4.DESTINATION);
    if (this.addresses.isVip(destination) || this.addresses.crossesNat(destination, port))
      return this.output.drop(verdict, 'icmp-error', 'no-connection');
    return this.refusals.notOurs(destination, verdict);
  }

  /**
   * Somebody between director and server, or the server itself, complains about the outer packet: the client hears the
   * same about its own packet, from the VIP (ip_vs_core.c, `ip_vs_in_icmp`). The error must be for the director, and
   * its quote reach to the inner packet's ports.
   */
  private aboutTunnel(
    packet: Packet,
    quoted: number,
    quotedL4: number,
    inner: number,
    port: Port,
    verdict: Verdict,
  ): Verdict {
    const { view, frame, l4, now } = packet;
    const { connections, services, addresses } = this;
    const type = view.getUint8(l4 + icmp.TYPE);
    const isForUs =
      isPassedOn(type, false) && addresses.isLocal(addressAt(view, packet.ip + ipv4.DESTINATION));
    const innerL4 = isForUs ? quotedPayload(view, inner, frame.end, INNER_BYTES) : 0;
    if (innerL4 === 0) return this.stranger(packet, port, verdict);
    const protocol = view.getUint8(inner + ipv4.PROTOCOL);
    if (!isTracked(protocol)) return this.stranger(packet, port, verdict);
    const source = addressAt(view, inner + ipv4.SOURCE);
    const destination = addressAt(view, inner + ipv4.DESTINATION);
    const found = connections.findKey(source, destination, view.getInt32(innerL4), protocol, packet.clock);
    if (found < 0) return this.stranger(packet, port, verdict);
    const { words } = connections.table;
    const base = (found >> 1) << at.LOG2_WORDS;
    const server = services.server(words[base + at.SERVER]!);
    const isOurTunnel =
      server.model.innerAt?.(view, view.getUint8(quoted + ipv4.PROTOCOL), quotedL4, frame.end) === inner &&
      addressAt(view, quoted + ipv4.SOURCE) === server.dip &&
      addressAt(view, quoted + ipv4.DESTINATION) === server.address;
    if (!isOurTunnel) return this.stranger(packet, port, verdict);
    const code = view.getUint8(l4 + icmp.CODE);
    const isTooBig = type === icmp.DESTINATION_UNREACHABLE && code === icmp.FRAGMENTATION_NEEDED;
    nameFlow(verdict, isTooBig ? 'mtu' : 'icmp-error', server, words[base + at.SERIAL]!);
    if (!l4ChecksumOk(view, packet.ip, l4, frame.end, ipv4.PROTOCOL_ICMP))
      return this.output.drop(verdict, 'malformed', 'bad-checksum');
    let rest = view.getUint32(l4 + icmp.REST);
    if (isTooBig) {
      rest = view.getUint16(l4 + icmp.NEXT_HOP_MTU) - server.model.overhead;
      // Who does not forbid fragments has no use for it.
      const dontFragment = (view.getUint16(inner + ipv4.FRAGMENT) & ipv4.DONT_FRAGMENT) !== 0;
      if (rest < LEAST_MTU || !dontFragment) return this.output.drop(verdict, 'mtu', 'unsupported');
    }
    const hop = this.egress.towards(source);
    if (hop === undefined) return this.output.drop(verdict, verdict.rule, 'no-route');
    if (!this.refusals.limit.allows(type, code, source, now))
      return this.output.drop(verdict, verdict.rule, 'rate-limited');
    const error = this.output.spare();
    error.view.setUint16(error.start + ethernet.ETHERTYPE, ethernet.ETHERTYPE_IPV4);
    quote(view, inner, frame.end - inner, { type, code, rest }, toUnsigned(destination), error);
    this.egress.sendOwn(error, hop, verdict, now);
    return verdict;
  }
}

/**
 * Whether errors of this type are taken to the end that they concern. IPVS looks at three types only (ip_vs_core.c,
 * `ip_vs_in_icmp` and `ip_vs_out_icmp`). netfilter, which the nat model follows, translates all but the redirect: who
 * is told of a better way would go around the translation.
 */
function isPassedOn(type: number, isNat: boolean): boolean {
  if (isNat) return type !== icmp.REDIRECT;
  return type === icmp.DESTINATION_UNREACHABLE || type === icmp.SOURCE_QUENCH || type === icmp.TIME_EXCEEDED;
}

/**
 * Writes the error's new addresses, and those of the packet that it quotes; `direction` is that in which the error
 * travels. Its checksum was right, and is made anew.
 */
function translateError(
  packet: Packet,
  words: Int32Array,
  base: number,
  direction: number,
  quotedL4: number,
): void {
  const { view, ip, l4, frame } = packet;
  const quoted = l4 + icmp.HEADER_LENGTH;
  const toClient = direction === 1;
  // The end that the error seems to come from changes only where its address is hidden.
  const hidesServer = words[base + at.REPLY_SOURCE] !== words[base + at.REQUEST_DESTINATION];
  const hidesClient = words[base + at.REPLY_DESTINATION] !== words[base + at.REQUEST_SOURCE];
  const source = toClient
    ? hidesServer
      ? at.addressOf(words, base + at.REQUEST_DESTINATION)
      : addressAt(view, ip + ipv4.SOURCE)
    : hidesClient
      ? at.addressOf(words, base + at.REPLY_DESTINATION)
      : addressAt(view, ip + ipv4.SOURCE);
  changeAddresses(
    view,
    ip,
    source,
    toClient ? at.addressOf(words, base + at.REQUEST_SOURCE) : at.addressOf(words, base + at.REPLY_SOURCE),
  );
  const key = base + (toClient ? at.REQUEST_SOURCE : at.REPLY_SOURCE);
  translateQuote(
    view,
    quoted,
    quotedL4,
    frame.end,
    at.addressOf(words, key),
    at.addressOf(words, key + 1),
    words[key + 2]!,
  );
  fillIcmpChecksum(view, l4, frame.end);
}

/** Where the payload of the packet quoted at `quoted` starts, when so many bytes of it are there; else 0. */
function quotedPayload(view: DataView, quoted: number, end: number, enough: number): number {
  if (quoted + ipv4.HEADER_LENGTH > end) return 0;
  const first = view.getUint8(quoted);
  const l4 = quoted + (first & 15) * 4;
  const isLater = (view.getUint16(quoted + ipv4.FRAGMENT) & 0x1fff) !== 0;
  if (first >>> 4 !== 4 || (first & 15) < 5 || isLater || l4 + enough > end) return 0;
  return l4;
}
