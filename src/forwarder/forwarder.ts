import { type Ipv4, toSigned } from '../packet/address.ts';
import * as ethernet from '../packet/ethernet.ts';
import * as icmp from '../packet/icmp.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { Addresses } from './addresses.ts';
import { answerEcho } from './answers.ts';
import { ArpResponder } from './arp-responder.ts';
import { l4ChecksumOk } from './checksums.ts';
import type { ForwarderConfig } from './config.ts';
import { Connections } from './connections/connections.ts';
import { entryViews, type IpvsState } from './connections/entries.ts';
import { connectionView, type ConnectionView } from './connections/view.ts';
import { readCounters, type ForwarderCounters } from './counters.ts';
import { Director } from './director.ts';
import { Egress } from './egress.ts';
import { makeFrame, type Frame } from './frame.ts';
import { configInHealth, type ServiceHealth } from './health/health.ts';
import { Fragments } from './fragments/fragments.ts';
import { addressAt, BAD_CHECKSUM, isSoundTcp, isSoundUdp, queryPorts, soundIpv4 } from './headers.ts';
import { IcmpErrors } from './icmp-errors.ts';
import { refusesOptions } from './ip-options.ts';
import { NeighbourTable } from './neighbours/neighbour-table.ts';
import { Output } from './output.ts';
import { Packet } from './packet.ts';
import { isAddressedTo, isBroadcast, makePort, type Port } from './port.ts';
import { Refusals } from './refusals.ts';
import { RouteTable } from './routes.ts';
import { ServiceTable } from './service-table.ts';
import { StraightLine } from './straight-line.ts';
import type { Verdict } from './verdict.ts';

/**
 * The data plane: takes a frame, decides, rewrites it in place. It does no I/O and has no clock; what it sends is in the
 * verdict. Times are milliseconds on one monotonic clock, fractions allowed. Nothing is allocated per forwarded frame.
 */
export class Forwarder {
  private config: ForwarderConfig;
  private health: readonly ServiceHealth[] = [];
  private ports: readonly Port[] = [];
  private readonly output = new Output();
  private readonly packet = new Packet(makeFrame(0));
  private readonly neighbours = new NeighbourTable(this.output);
  private readonly routes = new RouteTable(this.neighbours);
  private readonly services = new ServiceTable();
  private readonly addresses = new Addresses(this.routes);
  private readonly refusals = new Refusals(this.output, this.addresses);
  private readonly egress = new Egress(this.routes, this.neighbours, this.refusals, this.output);
  private readonly arp = new ArpResponder(this.addresses);
  private readonly entries: Connections;
  private readonly straight: StraightLine;
  private readonly director: Director;
  private readonly fragments: Fragments;
  private readonly icmpErrors: IcmpErrors;

  /** `seed`: 32 random bits for the hash of the connection table. Where nobody attacks, any: no decision depends on it. */
  constructor(config: ForwarderConfig, now = 0, seed = 0) {
    const { addresses, services, egress, refusals, output } = this;
    this.config = config;
    const connections = (this.entries = new Connections(services, now, seed));
    this.straight = new StraightLine(services, connections, egress);
    this.director = new Director(config, addresses, services, connections, egress, refusals, output);
    this.fragments = new Fragments(
      this.director,
      addresses,
      services,
      refusals,
      output,
      (packet, port, verdict) => this.receiveWhole(packet, port, verdict),
    );
    this.icmpErrors = new IcmpErrors(addresses, services, connections, egress, refusals, output);
    this.configure(config);
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
    this.entries.expire(now);
    const { view, start, end } = frame;
    const port = this.ports[frame.port];
    const etherType = end - start < ethernet.HEADER_LENGTH ? -1 : view.getUint16(start + ethernet.ETHERTYPE);
    const isOurs = port !== undefined && etherType !== -1 && isAddressedTo(port, view, start);
    if (isOurs && etherType === ethernet.ETHERTYPE_IPV4 && !this.addresses.areAway) {
      const verdict = this.straight.forward(frame, port, now);
      if (verdict !== undefined) return verdict;
    }
    this.output.begin();
    const verdict = this.output.verdict();
    if (port === undefined) return verdict;
    if (etherType === ethernet.ETHERTYPE_IPV4 && isOurs) return this.receiveIpv4(frame, port, verdict, now);
    // Another machine's frame, flooded by a switch, is nothing to us; ARP for everyone is.
    if (etherType === ethernet.ETHERTYPE_ARP && (isOurs || isBroadcast(view, start)))
      return this.arp.receive(frame, port, this.neighbours, verdict, now);
    return verdict;
  }

  /** The first `count` of `frames` will be given to `receive` next, or most of them: what is known of them is fetched together. */
  expect(frames: readonly Frame[], count: number): void {
    this.entries.ahead.look(frames, count);
  }

  /** Does what is due by now: requests again, gives up, forgets connections. `undefined`: nothing to tell. */
  advance(now: number): Verdict | undefined {
    this.output.begin();
    this.entries.expire(now);
    this.neighbours.advance(now);
    this.fragments.advance(now);
    return this.output.first();
  }

  /** When to call `advance` next; Infinity when there is nothing to wait for. */
  nextTimer(): number {
    return Math.min(this.neighbours.nextTimer(), this.fragments.nextTimer(), this.entries.nextTimer());
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
    this.entries.expire(now);
    if (!sameNetwork(this.config, config)) this.neighbours.clear();
    this.config = config;
    this.configure(config);
    return this.output.first();
  }

  /** Forgets who has this address: its machine has changed. The next frame for it asks again. */
  forgetNeighbour(address: Ipv4): void {
    this.neighbours.forget(toSigned(address));
  }

  /** The addresses that move are this director's from now on, or no longer. Its connections stay. */
  hold(holds: boolean): void {
    this.addresses.hold(holds);
  }

  /** What is known of the servers by checks, from now on; it stays over `reconfigure`. Connections stay, as for a change of servers. */
  heed(health: readonly ServiceHealth[], now: number): void {
    this.entries.expire(now);
    this.health = health;
    this.services.apply(configInHealth(this.config, health), this.routes);
  }

  counters(): ForwarderCounters {
    return readCounters(this.services, this.entries, this.output);
  }

  /** The connections in the table, for people: made anew by each call. */
  *connections(now: number): Generator<ConnectionView> {
    for (const connection of this.entries.table.connections()) {
      yield connectionView(this.entries.table.words, connection, this.services, now);
    }
  }

  /** What `ipvsadm` would list here: a copy. */
  ipvs(now: number): IpvsState {
    return {
      services: this.config.services,
      entries: entryViews(this.entries.table, this.services, now),
    };
  }

  /** Name of `Verdict.service`. */
  serviceName(index: number): string | undefined {
    return this.services.services[index]?.name;
  }

  /** Name of `Verdict.server`. */
  serverName(slot: number): string | undefined {
    return this.services.serverName(slot);
  }

  /** Bytes that the connection table and its index take up. */
  get memory(): number {
    return this.entries.table.memory;
  }

  private configure(config: ForwarderConfig): void {
    this.ports = config.interfaces.map(makePort);
    this.routes.configure(this.ports, config.routes);
    this.addresses.configure(config);
    this.refusals.limit.enabled = config.limitErrors !== false;
    this.egress.configure(config);
    this.straight.configure(config);
    this.director.configure(config);
    this.services.apply(configInHealth(config, this.health), this.routes);
    this.entries.configure(config);
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
    const destination = addressAt(view, ip + ipv4.DESTINATION);
    // To the kernel it is an address of somebody else's, whatever IPVS has in its table.
    if (this.addresses.isAway(destination)) return this.refusals.notOurs(destination, verdict);
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
    const isVip = this.addresses.isVip(addressAt(view, ip + ipv4.DESTINATION));
    if (packet.ports === -1 || (isVip && type !== icmp.ECHO_REQUEST))
      return this.receiveOther(packet, port, verdict);
    return isVip ? this.ping(packet, port, verdict) : this.director.receive(packet, port, verdict);
  }

  /** The director answers for the VIP itself, as its own stack does on Linux: IPVS leaves queries alone. */
  private ping(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const { view, ip, l4, frame } = packet;
    if (!l4ChecksumOk(view, ip, l4, frame.end, ipv4.PROTOCOL_ICMP))
      return this.output.drop(verdict, 'malformed', 'bad-checksum');
    if (this.addresses.isMartian(addressAt(view, ip + ipv4.SOURCE)))
      return this.refusals.martian(packet, verdict);
    answerEcho(packet, port);
    verdict.relation = 'answered';
    verdict.rule = 'ping-vip';
    this.egress.answer(packet, port, verdict);
    return verdict;
  }

  /** Protocols without ports. */
  private receiveOther(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const { view, ip } = packet;
    const destination = addressAt(view, ip + ipv4.DESTINATION);
    if (this.addresses.isMartian(addressAt(view, ip + ipv4.SOURCE)))
      return this.refusals.martian(packet, verdict);
    if (this.addresses.isVip(destination) || this.addresses.crossesNat(destination, port)) {
      return this.output.drop(verdict, 'no-service', 'unsupported');
    }
    return this.refusals.notOurs(destination, verdict);
  }
}

function sameNetwork(a: ForwarderConfig, b: ForwarderConfig): boolean {
  return (
    JSON.stringify(a.interfaces) === JSON.stringify(b.interfaces) &&
    JSON.stringify(a.routes) === JSON.stringify(b.routes)
  );
}
