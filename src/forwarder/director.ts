import { fillChecksums } from '../packet/checksum.ts';
import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import { answerWithReset, fragmentationNeeded } from './answers.ts';
import { tcpChecksumOk } from './checksums.ts';
import type { ForwarderConfig } from './config.ts';
import { Connections } from './connections/connections.ts';
import * as at from './connections/layout.ts';
import { isClosing } from './connections/tcp-state.ts';
import type { Model } from './models/model.ts';
import type { NeighbourTable } from './neighbours/neighbour-table.ts';
import { send, type Output } from './output.ts';
import type { Packet } from './packet.ts';
import type { Port } from './port.ts';
import { decrementTtl } from './rewrite.ts';
import type { RouteTable } from './routes.ts';
import type { Server } from './server.ts';
import type { Service } from './service.ts';
import { ServiceTable } from './service-table.ts';
import type { Rule, Verdict } from './verdict.ts';

/** What happens to TCP segments: an entry is followed, a SYN is scheduled, anything else is refused. */
export class Director {
  readonly services = new ServiceTable();
  readonly connections: Connections;
  /** Whether `Verdict.detail` is made. */
  watched = false;
  private readonly output: Output;
  private config: ForwarderConfig;
  private routes: RouteTable;
  private readonly neighbours: NeighbourTable;

  constructor(
    config: ForwarderConfig,
    routes: RouteTable,
    neighbours: NeighbourTable,
    output: Output,
    now: number,
  ) {
    this.config = config;
    this.routes = routes;
    this.neighbours = neighbours;
    this.output = output;
    this.services.apply(config, routes);
    this.connections = new Connections(this.services, config.maxConnections, config.timeouts, now);
  }

  configure(config: ForwarderConfig, routes: RouteTable): void {
    this.config = config;
    this.routes = routes;
    this.services.apply(config, routes);
    this.connections.configure(config.maxConnections, config.timeouts);
  }

  /** Decides about a whole TCP segment in a valid IPv4 packet that `port` received. */
  receive(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const found = this.connections.find(packet);
    if (found < 0) return this.receiveFirst(packet, port, verdict);
    const connection = found >> 1;
    const direction = found & 1;
    const { words } = this.connections.table;
    const base = connection << at.LOG2_WORDS;
    const server = this.services.server(words[base + at.SERVER]!);
    if (direction === 0 && isFirst(packet)) {
      const state = (words[base]! & at.STATE_MASK) >>> at.STATE_SHIFT;
      if (server.gone || isClosing(state)) {
        // The client uses its port again: a new connection (IPVS's `conn_reuse_mode`). A damaged SYN says nothing.
        if (!this.admits(packet, server.model, verdict)) return verdict;
        this.connections.end(connection);
        return this.receiveFirst(packet, port, verdict);
      }
    }
    this.name(verdict, this.ruleFor(server, direction), server, words[base + at.SERIAL]!);
    if (server.gone) return this.refuseRemoved(packet, connection, direction, server, port, verdict);
    if (!this.admits(packet, server.model, verdict)) return verdict;
    const sharesReplies =
      direction === 1 && (words[base]! & at.OWNS_PORT) === 0 && server.model === this.services.nat;
    if (sharesReplies && this.connections.table.isAmbiguous(found)) {
      // Whose it is is what nobody can say.
      verdict.connection = 0;
      return this.output.drop(verdict, verdict.rule, 'ambiguous-port');
    }
    return this.carry(packet, connection, direction, server, port, verdict);
  }

  /** A segment without a connection. */
  private receiveFirst(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const destination = packet.view.getInt32(packet.ip + ipv4.DESTINATION);
    if (this.services.isVip(destination)) {
      const destinationPort = tcp.destinationPortOf(packet.bytes, packet.l4);
      const service = this.services.find(destination, destinationPort, ipv4.PROTOCOL_TCP);
      if (service === undefined) return this.reset(packet, port, verdict, 'no-service');
      verdict.service = service.index;
      if (isFirst(packet)) return this.schedule(packet, service, port, verdict);
      return this.refuseWithoutEntry(packet, port, verdict);
    }
    if (this.crossesNat(destination, port)) {
      if (isFirst(packet)) return this.open(packet, this.services.outside!, 'nat-out', port, verdict);
      return this.refuseWithoutEntry(packet, port, verdict);
    }
    return this.receiveForOthers(packet, destination, verdict);
  }

  private schedule(packet: Packet, service: Service, port: Port, verdict: Verdict): Verdict {
    verdict.rule = 'schedule';
    // All servers of a service share its model: a packet it cannot take must not cost a turn.
    const model = service.servers[0]?.model;
    if (model !== undefined && !this.admits(packet, model, verdict)) return verdict;
    const source = packet.view.getInt32(packet.ip + ipv4.SOURCE);
    const place = service.scheduler!.pick(source, service.vip);
    if (place < 0) return this.output.drop(verdict, 'schedule', 'no-server');
    if (this.watched) verdict.detail = service.scheduler!.explain();
    return this.open(packet, service.servers[place]!, 'schedule', port, verdict);
  }

  private open(packet: Packet, server: Server, rule: Rule, port: Port, verdict: Verdict): Verdict {
    this.name(verdict, rule, server, 0);
    if (rule !== 'schedule' && !this.admits(packet, server.model, verdict)) return verdict;
    const mayShareReplies = server.model === this.services.nat && !this.services.nat.translatePorts;
    const connection = this.connections.open(packet, server, mayShareReplies);
    if (connection < 0) return this.output.drop(verdict, rule, this.connections.refusal);
    const { words } = this.connections.table;
    const base = connection << at.LOG2_WORDS;
    verdict.connection = words[base + at.SERIAL]!;
    if (this.watched && rule === 'nat-out')
      verdict.detail = `nat: :${words[base + at.REPLY_PORTS]! & 0xffff}`;
    return this.carry(packet, connection, 0, server, port, verdict);
  }

  /** Sends the packet on its connection's way. All that may forbid it is looked at before anything changes. */
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
    const { model } = server;
    const hop =
      direction === 1
        ? this.routes.nextHop(words[base + at.REQUEST_SOURCE]!)
        : model === this.services.nat
          ? this.routes.nextHop(words[base + at.REQUEST_DESTINATION]!)
          : server.hop;
    if (hop === undefined) return this.output.drop(verdict, verdict.rule, 'no-route');
    const room = hop.port.mtu - (direction === 0 ? model.overhead : 0);
    if (packet.length > room) return this.tooBig(packet, room, direction, port, verdict);
    const refused = direction === 0 ? model.refuses(packet, server) : undefined;
    if (refused !== undefined) return this.output.drop(verdict, verdict.rule, refused);
    this.connections.touch(packet, connection, direction, server);
    if (this.config.decrementTtl) decrementTtl(packet.view, packet.ip);
    if (direction === 0) model.request(packet, words, base, server);
    else model.reply(packet, words, base);
    this.neighbours.deliver(packet.frame, hop, verdict, packet.now);
    return verdict;
  }

  /** Whether the packet may be forwarded at all; the verdict says why not. */
  private admits(packet: Packet, model: Model, verdict: Verdict): boolean {
    const { frame, bytes, view, ip, l4 } = packet;
    if (this.config.decrementTtl && ipv4.ttlOf(bytes, ip) <= 1) {
      this.output.drop(verdict, 'ttl', 'ttl-expired');
      return false;
    }
    if (frame.partialChecksum) {
      fillChecksums(bytes, frame.start, frame.end);
      frame.partialChecksum = false;
    } else if (model.translates && !tcpChecksumOk(view, ip, l4, frame.end)) {
      this.output.drop(verdict, 'malformed', 'bad-checksum');
      return false;
    }
    return true;
  }

  /** An ICMP error from the VIP, as a host there would send it, when the sender asked not to fragment. */
  private tooBig(packet: Packet, mtu: number, direction: number, port: Port, verdict: Verdict): Verdict {
    const toService = direction === 0 && verdict.service >= 0;
    if (!toService || !ipv4.dontFragmentOf(packet.bytes, packet.ip)) {
      return this.output.drop(verdict, 'mtu', 'too-big');
    }
    const error = this.output.spare();
    fragmentationNeeded(packet, mtu, port, error);
    this.output.drops['too-big']++;
    verdict.relation = 'caused-error';
    verdict.rule = 'mtu';
    send(verdict, error);
    return verdict;
  }

  private refuseRemoved(
    packet: Packet,
    connection: number,
    direction: number,
    server: Server,
    port: Port,
    verdict: Verdict,
  ): Verdict {
    const { rule } = verdict;
    if (server.removed === 'silent' || direction === 1)
      return this.output.drop(verdict, rule, 'server-removed');
    this.connections.end(connection);
    if ((packet.flags & tcp.RST) !== 0) return this.output.drop(verdict, rule, 'server-removed');
    return this.reset(packet, port, verdict, rule);
  }

  private refuseWithoutEntry(packet: Packet, port: Port, verdict: Verdict): Verdict {
    if (this.config.noEntry === 'reset') return this.reset(packet, port, verdict, 'no-entry');
    return this.output.drop(verdict, 'no-entry', 'no-connection');
  }

  private reset(packet: Packet, port: Port, verdict: Verdict, rule: Rule): Verdict {
    // A reset is never answered: two hosts would go on for ever (RFC 9293, section 3.10.7.1).
    if ((packet.flags & tcp.RST) !== 0) return this.output.drop(verdict, rule, 'no-connection');
    answerWithReset(packet, port);
    verdict.relation = 'answered';
    verdict.rule = rule;
    send(verdict, packet.frame);
    return verdict;
  }

  /** Packets for our own addresses are the kernel's, but for the ports it was told to leave alone. */
  private receiveForOthers(packet: Packet, destination: number, verdict: Verdict): Verdict {
    const isOwn = this.config.interfaces.some(({ address }) => (address | 0) === destination);
    if (!isOwn) return this.output.drop(verdict, 'not-ours', 'not-ours');
    if (this.isPoolPort(destination, tcp.destinationPortOf(packet.bytes, packet.l4))) {
      return this.output.drop(verdict, 'no-entry', 'no-connection');
    }
    verdict.input = false;
    return verdict;
  }

  private isPoolPort(destination: number, port: number): boolean {
    const { nat, services } = this.config;
    if (nat !== undefined && destination === this.services.nat.outside && isIn(port, nat.ports)) return true;
    return services.some((service) => service.model === 'dnat' && service.snat && isIn(port, service.ports));
  }

  /** Whether a packet that `port` received goes from the inside to the outside of the nat model. */
  crossesNat(destination: number, port: Port): boolean {
    const { nat, interfaces } = this.config;
    if (nat === undefined || port.index === nat.outside) return false;
    if (interfaces.some(({ address }) => (address | 0) === destination)) return false;
    return this.routes.portTowards(destination)?.index === nat.outside;
  }

  private ruleFor(server: Server, direction: number): Rule {
    if (server.model === this.services.nat) return direction === 0 ? 'nat-out' : 'nat-in';
    return direction === 0 ? 'established' : 'reply';
  }

  private name(verdict: Verdict, rule: Rule, server: Server, serial: number): void {
    verdict.rule = rule;
    verdict.connection = serial;
    if (server.model === this.services.nat) return;
    verdict.service = server.service.index;
    verdict.server = server.slot;
  }
}

/** A SYN alone: what opens a connection. */
function isFirst({ flags }: Packet): boolean {
  return (flags & (tcp.SYN | tcp.ACK | tcp.RST | tcp.FIN)) === tcp.SYN;
}

function isIn(port: number, range: { readonly first: number; readonly last: number }): boolean {
  return port >= range.first && port <= range.last;
}
