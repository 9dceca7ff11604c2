import * as ethernet from '../packet/ethernet.ts';
import * as icmp from '../packet/icmp.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { answerEcho } from './answers.ts';
import { ArpResponder } from './arp-responder.ts';
import { l4ChecksumOk } from './checksums.ts';
import type { ForwarderConfig } from './config.ts';
import { connectionView, type ConnectionView } from './connections/view.ts';
import { readCounters, type ForwarderCounters } from './counters.ts';
import { Director } from './director.ts';
import { makeFrame, type Frame } from './frame.ts';
import { Fragments } from './fragments/fragments.ts';
import { BAD_CHECKSUM, isSoundTcp, isSoundUdp, queryPorts, soundIpv4 } from './headers.ts';
import { IcmpErrors } from './icmp-errors.ts';
import { refusesOptions } from './ip-options.ts';
import { NeighbourTable } from './neighbours/neighbour-table.ts';
import { Output } from './output.ts';
import { Packet } from './packet.ts';
import { isAddressedTo, isBroadcast, makePort, type Port } from './port.ts';
import { RouteTable } from './routes.ts';
import { StraightLine } from './straight-line.ts';
import type { Verdict } from './verdict.ts';

/**
 * The data plane: takes a frame, decides, rewrites it in place. It does no I/O and has no clock; what it sends is in the
 * verdict. Times are milliseconds on one monotonic clock, fractions allowed. Nothing is allocated per forwarded frame.
 */
export class Forwarder {
  private config: ForwarderConfig;
  private readonly output = new Output();
  private readonly packet = new Packet(makeFrame(0));
  private readonly director: Director;
  private readonly straight: StraightLine;
  private readonly arp: ArpResponder;
  private readonly fragments: Fragments;
  private readonly icmpErrors: IcmpErrors;
  private ports: readonly Port[];
  private readonly neighbours: NeighbourTable;

  /** `seed`: 32 random bits for the hash of the connection table. Where nobody attacks, any: no decision depends on it. */
  constructor(config: ForwarderConfig, now = 0, seed = 0) {
    this.config = config;
    this.ports = config.interfaces.map(makePort);
    this.neighbours = new NeighbourTable(this.output);
    const routes = this.routes();
    this.director = new Director(config, routes, this.neighbours, this.output, now, seed);
    this.straight = new StraightLine(this.director.services, this.director.connections, config, routes);
    this.arp = new ArpResponder(this.director.services);
    this.fragments = new Fragments(this.director, this.output, (packet, port, verdict) =>
      this.receiveWhole(packet, port, verdict),
    );
    this.icmpErrors = new IcmpErrors(this.director, this.output);
  }

  /** Whether someone reads `Verdict.detail`: it is made only then. */
  set watched(watched: boolean) {
    this.director.watched = watched;
  }

  /**
   * Decides about one frame, which `frame.port` received. The verdict and its frames, the given one among them, are
   * good until the next call of any method that returns a verdict.
   */
  receive(frame: Frame, now: number): Verdict {
    const { output, director } = this;
    output.begin();
    director.connections.expire(now);
    const verdict = output.verdict();
    const { view, start, end } = frame;
    const port = this.ports[frame.port];
    if (port === undefined || end - start < ethernet.HEADER_LENGTH) return verdict;
    const etherType = view.getUint16(start + ethernet.ETHERTYPE);
    if (!isAddressedTo(port, view, start)) {
      // Another machine's frame, flooded by a switch; ARP alone concerns everyone.
      if (etherType !== ethernet.ETHERTYPE_ARP || !isBroadcast(view, start)) return verdict;
    }
    if (etherType === ethernet.ETHERTYPE_IPV4) {
      if (this.straight.forward(frame, port, now, verdict)) return verdict;
      return this.receiveIpv4(frame, port, verdict, now);
    }
    if (etherType !== ethernet.ETHERTYPE_ARP) return verdict;
    return this.arp.receive(frame, port, this.neighbours, verdict, now);
  }

  /** The first `count` of `frames` will be given to `receive` next, or most of them: what is known of them is fetched together. */
  expect(frames: readonly Frame[], count: number): void {
    this.director.connections.ahead.look(frames, count);
  }

  /** Does what is due by now: requests again, gives up, forgets connections. `undefined`: nothing to tell. */
  advance(now: number): Verdict | undefined {
    this.output.begin();
    this.director.connections.expire(now);
    this.neighbours.advance(now);
    this.fragments.advance(now);
    return this.output.first();
  }

  /** When to call `advance` next; Infinity when there is nothing to wait for. */
  nextTimer(): number {
    return Math.min(
      this.neighbours.nextTimer(),
      this.fragments.nextTimer(),
      this.director.connections.nextTimer(),
    );
  }

  /** Whether packets wait for a neighbour to answer: soon they are sent or dropped. */
  get holds(): boolean {
    return this.neighbours.holds;
  }

  /** Whether no frame will be sent or dropped by a timer alone: only connections are left to end. */
  get quiet(): boolean {
    return this.neighbours.nextTimer() === Infinity && this.fragments.nextTimer() === Infinity;
  }

  /**
   * Changes the configuration of a running forwarder: connections stay. Neighbours are forgotten when interfaces or
   * routes change; what was held for them is dropped.
   */
  reconfigure(config: ForwarderConfig, now: number): Verdict | undefined {
    this.output.begin();
    this.director.connections.expire(now);
    if (!sameNetwork(this.config, config)) {
      this.neighbours.clear();
      this.ports = config.interfaces.map(makePort);
    }
    this.config = config;
    const routes = this.routes();
    this.director.configure(config, routes);
    this.straight.configure(config, routes);
    return this.output.first();
  }

  /** Forgets who has this address: its machine has changed. The next frame for it asks again. */
  forgetNeighbour(address: number): void {
    this.neighbours.forget(address | 0);
  }

  counters(): ForwarderCounters {
    return readCounters(this.director.services, this.director.connections, this.output);
  }

  /** The connections in the table, for people: made anew by each call. */
  *connections(now: number): Generator<ConnectionView> {
    for (const connection of this.director.connections.table.connections()) {
      yield connectionView(this.director.connections.table.words, connection, this.director.services, now);
    }
  }

  /** Name of `Verdict.service`. */
  serviceName(index: number): string | undefined {
    return this.director.services.services[index]?.name;
  }

  /** Name of `Verdict.server`. */
  serverName(slot: number): string | undefined {
    return this.director.services.serverName(slot);
  }

  /** Bytes that the connection table and its index take up. */
  get memory(): number {
    return this.director.connections.table.memory;
  }

  private routes(): RouteTable {
    return new RouteTable(this.ports, this.config.routes, this.neighbours);
  }

  private receiveIpv4(frame: Frame, port: Port, verdict: Verdict, now: number): Verdict {
    const { bytes, view } = frame;
    const ip = frame.start + ethernet.HEADER_LENGTH;
    verdict.input = true;
    const headerLength = soundIpv4(view, ip, frame.end);
    if (headerLength <= 0) {
      const reason = headerLength === BAD_CHECKSUM ? 'bad-ip-checksum' : 'malformed';
      return this.output.drop(verdict, 'malformed', reason);
    }
    const { packet } = this;
    packet.frame = frame;
    packet.bytes = bytes;
    packet.view = view;
    packet.ip = ip;
    packet.l4 = ip + headerLength;
    packet.length = view.getUint16(ip + ipv4.TOTAL_LENGTH);
    packet.pieces = undefined;
    packet.now = now;
    packet.clock = now | 0;
    // Ethernet pads short frames: what is behind the packet does not travel on.
    frame.end = ip + packet.length;
    // No link carries more than its MTU; what seems to was put together on the way here.
    if (packet.length > port.mtu) return this.output.drop(verdict, 'mtu', 'too-big');
    if (headerLength > ipv4.HEADER_LENGTH) {
      const refused = refusesOptions(bytes, ip + ipv4.OPTIONS, packet.l4);
      if (refused !== undefined) return this.output.drop(verdict, 'malformed', refused);
    }
    if (ipv4.isFragment(bytes, ip)) return this.fragments.receive(packet, port, this.ports, verdict);
    return this.receiveWhole(packet, port, verdict);
  }

  /** A packet that is no fragment, or no longer one. */
  private receiveWhole(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const { view, l4, frame } = packet;
    packet.protocol = view.getUint8(packet.ip + ipv4.PROTOCOL);
    if (packet.protocol === ipv4.PROTOCOL_TCP) {
      if (!isSoundTcp(view, l4, frame.end)) return this.output.drop(verdict, 'malformed', 'malformed');
      packet.flags = view.getUint8(l4 + tcp.FLAGS);
      packet.ports = view.getInt32(l4);
      return this.director.receive(packet, port, verdict);
    }
    packet.flags = 0;
    if (packet.protocol === ipv4.PROTOCOL_UDP) {
      if (!isSoundUdp(view, l4, frame.end)) return this.output.drop(verdict, 'malformed', 'malformed');
      packet.ports = view.getInt32(l4);
      return this.director.receive(packet, port, verdict);
    }
    if (packet.protocol === ipv4.PROTOCOL_ICMP) return this.receiveIcmp(packet, port, verdict);
    return this.receiveOther(packet, port, verdict);
  }

  private receiveIcmp(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const { bytes, view, ip, l4, frame } = packet;
    if (icmp.check(bytes, l4, frame.end) !== undefined)
      return this.output.drop(verdict, 'malformed', 'malformed');
    const type = icmp.typeOf(bytes, l4);
    if (icmp.isError(type)) return this.icmpErrors.receive(packet, port, verdict);
    packet.ports = queryPorts(view, l4);
    const isVip = this.director.services.isVip(view.getInt32(ip + ipv4.DESTINATION));
    if (packet.ports === -1 || (isVip && type !== icmp.ECHO_REQUEST))
      return this.receiveOther(packet, port, verdict);
    return isVip ? this.ping(packet, port, verdict) : this.director.receive(packet, port, verdict);
  }

  /** The director answers for the VIP itself, as its own stack does on Linux: IPVS leaves queries alone. */
  private ping(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const { view, ip, l4, frame } = packet;
    if (!l4ChecksumOk(view, ip, l4, frame.end, ipv4.PROTOCOL_ICMP))
      return this.output.drop(verdict, 'malformed', 'bad-checksum');
    if (this.director.addresses.isMartian(view.getInt32(ip + ipv4.SOURCE)))
      return this.director.refuseSource(packet, verdict);
    answerEcho(packet, port);
    verdict.relation = 'answered';
    verdict.rule = 'ping-vip';
    this.director.answer(packet, port, verdict);
    return verdict;
  }

  /** Protocols without ports. */
  private receiveOther(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const { view, ip } = packet;
    const destination = view.getInt32(ip + ipv4.DESTINATION);
    if (this.director.addresses.isMartian(view.getInt32(ip + ipv4.SOURCE)))
      return this.director.refuseSource(packet, verdict);
    if (this.director.services.isVip(destination) || this.director.crossesNat(destination, port)) {
      return this.output.drop(verdict, 'no-service', 'unsupported');
    }
    return this.director.notOurs(destination, verdict);
  }
}

function sameNetwork(a: ForwarderConfig, b: ForwarderConfig): boolean {
  return (
    JSON.stringify(a.interfaces) === JSON.stringify(b.interfaces) &&
    JSON.stringify(a.routes) === JSON.stringify(b.routes)
  );
}
