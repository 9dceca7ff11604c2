import { l4ChecksumOk } from '../packet/checksum.ts';
import * as ethernet from '../packet/ethernet.ts';
import * as icmp from '../packet/icmp.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { answerEcho } from './answers.ts';
import { ArpResponder } from './arp-responder.ts';
import type { ForwarderConfig } from './config.ts';
import { connectionView, type ConnectionView } from './connections/view.ts';
import { readCounters, type ForwarderCounters } from './counters.ts';
import { Director } from './director.ts';
import { makeFrame, type Frame } from './frame.ts';
import { isSoundTcp, soundIpv4 } from './headers.ts';
import { NeighbourTable } from './neighbours/neighbour-table.ts';
import { Output, send } from './output.ts';
import { Packet } from './packet.ts';
import { isAddressedTo, isBroadcast, makePort, type Port } from './port.ts';
import { RouteTable } from './routes.ts';
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
  private readonly arp: ArpResponder;
  private ports: readonly Port[];
  private readonly neighbours: NeighbourTable;

  constructor(config: ForwarderConfig, now = 0) {
    this.config = config;
    this.ports = config.interfaces.map(makePort);
    this.neighbours = new NeighbourTable(this.output);
    this.director = new Director(config, this.routes(), this.neighbours, this.output, now);
    this.arp = new ArpResponder(this.director.services);
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
    if (etherType === ethernet.ETHERTYPE_IPV4) return this.receiveIpv4(frame, port, verdict, now);
    if (etherType !== ethernet.ETHERTYPE_ARP) return verdict;
    return this.arp.receive(frame, port, this.neighbours, verdict, now);
  }

  /** Does what is due by now: requests again, gives up, forgets connections. `undefined`: nothing to tell. */
  advance(now: number): Verdict | undefined {
    this.output.begin();
    this.director.connections.expire(now);
    this.neighbours.advance(now);
    return this.output.first();
  }

  /** When to call `advance` next; Infinity when there is nothing to wait for. */
  nextTimer(): number {
    return Math.min(this.neighbours.nextTimer(), this.director.connections.nextTimer());
  }

  /** Whether no frame will be sent or dropped by a timer alone: only connections are left to end. */
  get quiet(): boolean {
    return this.neighbours.nextTimer() === Infinity;
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
    this.director.configure(config, this.routes());
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
    if (headerLength === 0) return this.output.drop(verdict, 'malformed', 'malformed');
    const { packet } = this;
    packet.frame = frame;
    packet.bytes = bytes;
    packet.view = view;
    packet.ip = ip;
    packet.l4 = ip + headerLength;
    packet.length = view.getUint16(ip + ipv4.TOTAL_LENGTH);
    packet.now = now;
    packet.clock = now | 0;
    // Ethernet pads short frames: what is behind the packet does not travel on.
    frame.end = ip + packet.length;
    const isTcp = view.getUint8(ip + ipv4.PROTOCOL) === ipv4.PROTOCOL_TCP;
    if (!isTcp || ipv4.isFragment(bytes, ip)) return this.receiveOther(packet, port, verdict);
    if (!isSoundTcp(view, packet.l4, frame.end)) return this.output.drop(verdict, 'malformed', 'malformed');
    packet.flags = view.getUint8(packet.l4 + tcp.FLAGS);
    return this.director.receive(packet, port, verdict);
  }

  /** Anything but a whole TCP segment. Only a ping of the VIP is served yet. */
  private receiveOther(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const { bytes, view, ip, frame } = packet;
    const destination = view.getInt32(ip + ipv4.DESTINATION);
    const isVip = this.director.services.isVip(destination);
    if (isVip && isEchoRequest(packet)) {
      if (l4ChecksumOk(bytes, ip, frame.end) === false)
        return this.output.drop(verdict, 'malformed', 'bad-checksum');
      answerEcho(packet, port);
      verdict.relation = 'answered';
      verdict.rule = 'ping-vip';
      send(verdict, frame);
      return verdict;
    }
    if (isVip || this.director.crossesNat(destination, port)) {
      return this.output.drop(verdict, 'no-service', 'unsupported');
    }
    if (!this.ports.some(({ address }) => address === destination)) {
      return this.output.drop(verdict, 'not-ours', 'not-ours');
    }
    verdict.input = false;
    return verdict;
  }
}

function isEchoRequest({ bytes, ip, l4, frame }: Packet): boolean {
  return (
    ipv4.protocolOf(bytes, ip) === ipv4.PROTOCOL_ICMP &&
    !ipv4.isFragment(bytes, ip) &&
    icmp.check(bytes, l4, frame.end) === undefined &&
    icmp.typeOf(bytes, l4) === icmp.ECHO_REQUEST
  );
}

function sameNetwork(a: ForwarderConfig, b: ForwarderConfig): boolean {
  return (
    JSON.stringify(a.interfaces) === JSON.stringify(b.interfaces) &&
    JSON.stringify(a.routes) === JSON.stringify(b.routes)
  );
}
