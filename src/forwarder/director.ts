import { fillChecksums } from '../packet/checksum.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { Addresses } from './addresses.ts';
import { isUnicast } from './headers.ts';
import { l4ChecksumOk } from './checksums.ts';
import type { ForwarderConfig } from './config.ts';
import { Connections } from './connections/connections.ts';
import * as at from './connections/layout.ts';
import { isReused } from './connections/port-reuse.ts';
import { Delivery } from './delivery.ts';
import { ErrorLimit } from './error-limit.ts';
import type { Frame } from './frame.ts';
import { translateError } from './icmp-errors.ts';
import { fillOptions } from './ip-options.ts';
import type { Model } from './models/model.ts';
import { clampMss, TCP_HEADERS } from './mss.ts';
import type { Neighbour } from './neighbours/neighbour.ts';
import type { NeighbourTable } from './neighbours/neighbour-table.ts';
import { opensNat, opensService } from './opening.ts';
import { send, type Output } from './output.ts';
import type { Packet } from './packet.ts';
import type { Port } from './port.ts';
import { Refusals } from './refusals.ts';
import { decrementTtl, translate, wrap } from './rewrite.ts';
import type { RouteTable } from './routes.ts';
import * as total from './server.ts';
import type { Server } from './server.ts';
import type { Service } from './service.ts';
import { ServiceTable } from './service-table.ts';
import type { Rule, Verdict } from './verdict.ts';

/** What happens to the packets of flows: an entry is followed, what may open one is scheduled, anything else is refused. */
export class Director {
  readonly services = new ServiceTable();
  readonly connections: Connections;
  readonly addresses = new Addresses((address) => this.services.isVip(address));
  readonly errorLimit = new ErrorLimit();
  /** Whether `Verdict.detail` is made. */
  watched = false;
  private readonly output: Output;
  private config: ForwarderConfig;
  private routes: RouteTable;
  private readonly neighbours: NeighbourTable;
  private readonly delivery: Delivery;
  private readonly refusals: Refusals;

  constructor(
    config: ForwarderConfig,
    routes: RouteTable,
    neighbours: NeighbourTable,
    output: Output,
    now: number,
    seed: number,
  ) {
    this.config = config;
    this.routes = routes;
    this.neighbours = neighbours;
    this.output = output;
    this.delivery = new Delivery(neighbours, output);
    this.refusals = new Refusals(output, this.addresses, this.errorLimit);
    this.addresses.configure(config);
    this.errorLimit.enabled = config.limitErrors !== false;
    this.services.apply(config, routes);
    this.connections = new Connections(this.services, config, now, seed);
  }

  configure(config: ForwarderConfig, routes: RouteTable): void {
    this.config = config;
    this.routes = routes;
    this.addresses.configure(config);
    this.errorLimit.enabled = config.limitErrors !== false;
    this.services.apply(config, routes);
    this.connections.configure(config);
  }

  /** Decides about a packet whose `ports` are known: TCP, UDP, an ICMP query; whole, or the first fragment of one. */
  receive(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const found = this.connections.find(packet);
    if (found < 0) return this.receiveFirst(packet, port, verdict);
    const connection = found >> 1;
    const direction = found & 1;
    const { words } = this.connections.table;
    const base = connection << at.LOG2_WORDS;
    const server = this.services.server(words[base + at.SERVER]!);
    if (direction === 0 && isReused(packet, words, base, server, this.config)) {
      // A damaged SYN says nothing.
      if (!this.admits(packet, server.model, port, verdict)) return verdict;
      this.connections.end(connection, packet.clock);
      return this.receiveFirst(packet, port, verdict);
    }
    this.name(verdict, this.ruleFor(server, direction), server, words[base + at.SERIAL]!);
    // Replies of a removed server find their way, as long as their connection is there (`ip_vs_out_hook`).
    if (server.gone && (direction === 0 || this.config.onRemove === 'reset'))
      return this.refuseRemoved(packet, connection, direction, port, verdict);
    if (!this.admits(packet, server.model, port, verdict)) return verdict;
    const sharesReplies =
      direction === 1 && (words[base]! & at.OWNS_PORT) === 0 && server.model === this.services.nat;
    if (sharesReplies && this.connections.table.isAmbiguous(found)) {
      // Whose it is is what nobody can say.
      verdict.connection = 0;
      return this.output.drop(verdict, verdict.rule, 'ambiguous-port');
    }
    return this.carry(packet, connection, direction, server, port, verdict);
  }

  /**
   * Whether the datagram that this first fragment begins must be whole before it is decided about: to be translated, or
   * refused. In dr and tun its fragments go on as they are.
   */
  needsWhole(packet: Packet): boolean {
    const found = this.connections.find(packet);
    const service = this.services.find(
      packet.view.getInt32(packet.ip + ipv4.DESTINATION),
      packet.ports & 0xffff,
      packet.protocol,
    );
    const server =
      found < 0
        ? service?.servers[0]
        : this.services.server(this.connections.table.words[((found >> 1) << at.LOG2_WORDS) + at.SERVER]!);
    if (server === undefined || server.model.translates || server.gone) return true;
    return found < 0 && !opensService(packet);
  }

  /** A later fragment, in dr and tun: on the way that its first one took. `serial` is the connection's. */
  follow(packet: Packet, server: Server, serial: number, port: Port, verdict: Verdict): Verdict {
    this.name(verdict, 'fragment', server, serial);
    if (server.gone) return this.output.drop(verdict, 'fragment', 'server-removed');
    if (!this.admits(packet, server.model, port, verdict)) return verdict;
    const { hop } = server;
    if (hop === undefined) return this.output.drop(verdict, 'fragment', 'no-route');
    const room = hop.port.mtu - server.model.overhead;
    if (packet.length > room && mustNotSplit(packet, room))
      return this.refusals.tooBig(packet, port, verdict, room);
    server.totals[total.PACKETS_IN]!++;
    server.totals[total.BYTES_IN]! += packet.length;
    this.prepare(packet, hop);
    wrap(packet, server);
    this.emit(packet, room, hop, verdict);
    return verdict;
  }

  /** An ICMP error about a packet of this connection; `direction` and connection as `found` tells. */
  carryError(
    packet: Packet,
    found: number,
    server: Server,
    port: Port,
    verdict: Verdict,
    quotedL4: number,
  ): Verdict {
    if (!this.admits(packet, server.model, port, verdict)) return verdict;
    const { words } = this.connections.table;
    const base = (found >> 1) << at.LOG2_WORDS;
    const direction = found & 1;
    const hop = this.hopOf(words, base, direction, server);
    if (hop === undefined) return this.output.drop(verdict, 'icmp-error', 'no-route');
    const room = hop.port.mtu - (direction === 0 ? server.model.overhead : 0);
    // IPVS cuts an error whatever its DF says (ip_vs_xmit.c, `ensure_mtu_is_adequate`); netfilter's is plain forwarding.
    if (server.model.translates && packet.length > room && mustNotSplit(packet, room))
      return this.refusals.tooBig(packet, port, verdict, room);
    this.prepare(packet, hop);
    if (server.model.translates) translateError(packet, words, base, direction, quotedL4);
    else wrap(packet, server);
    this.emit(packet, room, hop, verdict);
    return verdict;
  }

  /** Sends a packet that the director made itself. */
  deliverOwn(frame: Frame, hop: Neighbour, verdict: Verdict, now: number): void {
    this.neighbours.deliver(frame, hop, verdict, now);
    if (verdict.relation === 'forwarded') verdict.relation = 'caused-error';
  }

  /** Sends an answer that stands in the packet's own frame, in as many fragments as the packet came in. */
  answer(packet: Packet, port: Port, verdict: Verdict): void {
    if (packet.pieces === undefined && packet.length <= port.mtu) send(verdict, packet.frame);
    else for (const frame of this.delivery.fragmentsOf(packet, port.mtu)) send(verdict, frame);
  }

  hopTowards(destination: number): Neighbour | undefined {
    return this.routes.nextHop(destination);
  }

  /** Nobody's, or the kernel's: packets for the node's own addresses are none of the forwarder's business. */
  notOurs(destination: number, verdict: Verdict): Verdict {
    if (!this.addresses.isOwn(destination)) return this.output.drop(verdict, 'not-ours', 'not-ours');
    verdict.input = false;
    return verdict;
  }

  /** Drops a packet whose source is a martian; one for the node itself is left to its kernel, which does the same. */
  refuseSource({ view, ip }: Packet, verdict: Verdict): Verdict {
    const destination = view.getInt32(ip + ipv4.DESTINATION);
    if (this.services.isVip(destination) || !this.addresses.isOwn(destination))
      return this.output.drop(verdict, 'malformed', 'martian-source');
    verdict.input = false;
    return verdict;
  }

  /** Whether a packet that `port` received goes from the inside to the outside of the nat model. */
  crossesNat(destination: number, port: Port): boolean {
    const { nat } = this.config;
    if (nat === undefined || port.index === nat.outside || this.addresses.isOwn(destination)) return false;
    if (!isUnicast(destination) || this.addresses.isBroadcast(destination)) return false;
    return this.routes.portTowards(destination)?.index === nat.outside;
  }

  /** Whether any packet that is not for a VIP may concern the forwarder. */
  get translates(): boolean {
    return this.config.nat !== undefined || this.config.services.some(({ model }) => model === 'dnat');
  }

  name(verdict: Verdict, rule: Rule, server: Server, serial: number): void {
    verdict.rule = rule;
    verdict.connection = serial;
    if (server.model === this.services.nat) return;
    verdict.service = server.service.index;
    verdict.server = server.slot;
  }

  /** A packet without a connection. */
  private receiveFirst(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const destination = packet.view.getInt32(packet.ip + ipv4.DESTINATION);
    if (this.addresses.isMartian(packet.view.getInt32(packet.ip + ipv4.SOURCE)))
      return this.refuseSource(packet, verdict);
    if (this.services.isVip(destination)) {
      const service = this.services.find(destination, packet.ports & 0xffff, packet.protocol);
      if (service === undefined) return this.refusals.nobody(packet, port, verdict, 'no-service');
      verdict.service = service.index;
      if (opensService(packet)) return this.schedule(packet, service, port, verdict);
      if (this.config.noEntry === 'reset') return this.refusals.nobody(packet, port, verdict, 'no-entry');
      return this.output.drop(verdict, 'no-entry', 'no-connection');
    }
    if (this.crossesNat(destination, port)) {
      if (opensNat(packet)) return this.open(packet, this.services.outside!, 'nat-out', port, verdict, -1);
      return this.output.drop(verdict, 'no-entry', 'no-connection');
    }
    // The node's kernel was told to leave these ports alone. It keeps all ICMP.
    if (packet.protocol !== ipv4.PROTOCOL_ICMP && this.addresses.isPooled(destination, packet.ports & 0xffff))
      return this.output.drop(verdict, 'no-entry', 'no-connection');
    return this.notOurs(destination, verdict);
  }

  private schedule(packet: Packet, service: Service, port: Port, verdict: Verdict): Verdict {
    verdict.rule = 'schedule';
    // All servers of a service share its model: a packet it cannot take must not cost a turn.
    const model = service.servers[0]?.model;
    if (model !== undefined && !this.admits(packet, model, port, verdict)) return verdict;
    const { scheduler, vip, persistence } = service;
    const source = packet.view.getInt32(packet.ip + ipv4.SOURCE);
    const { templates } = this.connections;
    let template = persistence === undefined ? -1 : templates.find(source, service, packet.now);
    const server =
      template < 0
        ? service.servers[scheduler!.pick(source, vip, packet.ports >>> 16)]
        : templates.serverOf(template);
    if (server === undefined) return this.refusals.noServer(packet, port, verdict);
    if (this.watched) verdict.detail = template < 0 ? scheduler!.explain() : `persistent: ${server.name}`;
    if (template < 0 && server.weight === 0) return this.refusals.drained(packet, server, port, verdict);
    if (template >= 0) templates.renew(template, packet.clock);
    else if (persistence !== undefined) {
      template = templates.make(source, service, server, packet.clock);
      if (template < 0) return this.output.drop(verdict, 'schedule', 'table-full');
    }
    return this.open(packet, server, 'schedule', port, verdict, template);
  }

  /** `template`: which one the connection hangs on; -1 for none. */
  private open(
    packet: Packet,
    server: Server,
    rule: Rule,
    port: Port,
    verdict: Verdict,
    template: number,
  ): Verdict {
    this.name(verdict, rule, server, 0);
    if (rule !== 'schedule' && !this.admits(packet, server.model, port, verdict)) return verdict;
    const mayShareReplies = server.model === this.services.nat && !this.services.nat.translatePorts;
    const connection = this.connections.open(packet, server, mayShareReplies);
    if (connection < 0) return this.output.drop(verdict, rule, this.connections.refusal);
    if (template >= 0) this.connections.templates.hold(template, connection);
    const { words } = this.connections.table;
    const base = connection << at.LOG2_WORDS;
    verdict.connection = words[base + at.SERIAL]!;
    if (this.watched && rule === 'nat-out')
      verdict.detail = `nat: :${words[base + at.REPLY_PORTS]! & 0xffff}`;
    return this.carry(packet, connection, 0, server, port, verdict);
  }

  /** Sends the packet on its connection's way, and has the connection know. */
  private carry(
    packet: Packet,
    connection: number,
    direction: number,
    server: Server,
    port: Port,
    verdict: Verdict,
  ): Verdict {
    const { words } = this.connections.table;
    const base = connection << at.LOG2_WORDS;
    const hop = this.hopOf(words, base, direction, server);
    if (hop === undefined) return this.output.drop(verdict, verdict.rule, 'no-route');
    const room = hop.port.mtu - (direction === 0 ? server.model.overhead : 0);
    if (packet.length > room && mustNotSplit(packet, room)) {
      return this.refusals.tooBig(packet, port, verdict, room);
    }
    this.connections.touch(connection, direction, server, packet.flags, packet.length, packet.clock);
    if ((packet.flags & tcp.SYN) !== 0 && this.config.clampMss !== undefined && server.model.translates) {
      const fits = Math.min(room, port.mtu) - TCP_HEADERS;
      clampMss(packet, this.config.clampMss === 'mtu' ? fits : Math.min(fits, this.config.clampMss));
    }
    this.prepare(packet, hop);
    if (server.model.translates) translate(packet, words, base, direction);
    else wrap(packet, server);
    this.emit(packet, room, hop, verdict);
    return verdict;
  }

  /** `room` is the longest packet, as received, that needs no fragments. */
  private emit(packet: Packet, room: number, hop: Neighbour, verdict: Verdict): void {
    if (packet.length > room || packet.pieces !== undefined) this.delivery.inFragments(packet, hop, verdict);
    else this.neighbours.deliver(packet.frame, hop, verdict, packet.now);
  }

  private hopOf(words: Int32Array, base: number, direction: number, server: Server): Neighbour | undefined {
    if (direction === 1) return this.routes.nextHop(words[base + at.REQUEST_SOURCE]!);
    if (server.model !== this.services.nat) return server.hop;
    return this.routes.nextHop(words[base + at.REQUEST_DESTINATION]!);
  }

  /** What a router does to every packet that it forwards. */
  private prepare({ view, ip, l4, now }: Packet, hop: Neighbour): void {
    if (this.config.decrementTtl) decrementTtl(view, ip);
    if (l4 - ip > ipv4.HEADER_LENGTH) fillOptions(view, ip, l4, hop.port.address, now);
  }

  /** Whether the packet may be forwarded at all; the verdict says why not. */
  private admits(packet: Packet, model: Model, port: Port, verdict: Verdict): boolean {
    const { frame, bytes, view, ip, l4 } = packet;
    if (frame.partialChecksum) {
      fillChecksums(bytes, frame.start, frame.end);
      frame.partialChecksum = false;
    } else if (model.translates && !l4ChecksumOk(view, ip, l4, frame.end, packet.protocol)) {
      this.output.drop(verdict, 'malformed', 'bad-checksum');
      return false;
    }
    if (this.config.decrementTtl && view.getUint8(ip + ipv4.TTL) <= 1) {
      this.refusals.ttlExpired(packet, port, verdict);
      return false;
    }
    return true;
  }

  /** IPVS's `expire_nodest_conn`: 0 keeps the entry and drops its packets, 1 ends it, and the packet stands for itself. */
  private refuseRemoved(
    packet: Packet,
    connection: number,
    direction: number,
    port: Port,
    verdict: Verdict,
  ): Verdict {
    const { rule } = verdict;
    if (this.config.onRemove === 'silent' || direction === 1)
      return this.output.drop(verdict, rule, 'server-removed');
    this.connections.end(connection, packet.clock);
    if (opensService(packet) && verdict.service >= 0) {
      verdict.connection = 0;
      verdict.server = -1;
      return this.receiveFirst(packet, port, verdict);
    }
    if ((packet.flags & tcp.RST) !== 0) return this.output.drop(verdict, rule, 'server-removed');
    return this.refusals.nobody(packet, port, verdict, rule);
  }

  private ruleFor(server: Server, direction: number): Rule {
    if (server.model === this.services.nat) return direction === 0 ? 'nat-out' : 'nat-in';
    return direction === 0 ? 'established' : 'reply';
  }
}

/** What was put together from fragments is made into fragments again, whatever its length: only their sizes count. */
function mustNotSplit({ view, ip, length, pieces, longestPiece }: Packet, room: number): boolean {
  if ((view.getUint16(ip + ipv4.FRAGMENT) & ipv4.DONT_FRAGMENT) === 0) return false;
  return (pieces === undefined ? length : longestPiece) > room;
}
