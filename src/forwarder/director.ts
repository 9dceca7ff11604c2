import * as ipv4 from '../packet/ipv4.ts';
import * as tcp from '../packet/tcp.ts';
import type { Addresses } from './addresses.ts';
import type { ForwarderConfig } from './config.ts';
import type { Connections } from './connections/connections.ts';
import * as at from './connections/layout.ts';
import { isReused } from './connections/port-reuse.ts';
import type { Egress } from './egress.ts';
import { addressAt } from './headers.ts';
import { opensNat, opensService } from './opening.ts';
import { nameFlow, ruleFor, type Output } from './output.ts';
import type { Packet } from './packet.ts';
import type { Port } from './port.ts';
import type { Refusals } from './refusals.ts';
import { translate, wrap } from './rewrite.ts';
import type { Server } from './server.ts';
import type { Service } from './service.ts';
import type { ServiceTable } from './service-table.ts';
import type { Rule, Verdict } from './verdict.ts';

/** What happens to the packets of flows: an entry is followed, what may open one is scheduled, anything else is refused. */
export class Director {
  /** Whether `Verdict.detail` is made. */
  watched = false;
  private config: ForwarderConfig;
  private readonly addresses: Addresses;
  private readonly services: ServiceTable;
  private readonly connections: Connections;
  private readonly egress: Egress;
  private readonly refusals: Refusals;
  private readonly output: Output;

  constructor(
    config: ForwarderConfig,
    addresses: Addresses,
    services: ServiceTable,
    connections: Connections,
    egress: Egress,
    refusals: Refusals,
    output: Output,
  ) {
    this.config = config;
    this.addresses = addresses;
    this.services = services;
    this.connections = connections;
    this.egress = egress;
    this.refusals = refusals;
    this.output = output;
  }

  configure(config: ForwarderConfig): void {
    this.config = config;
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
      if (!this.egress.admits(packet, server.model, port, verdict)) return verdict;
      this.connections.end(connection, packet.clock);
      return this.receiveFirst(packet, port, verdict);
    }
    nameFlow(verdict, ruleFor(server, direction), server, words[base + at.SERIAL]!);
    // Replies of a removed server find their way, as long as their connection is there (`ip_vs_out_hook`).
    if (server.gone && (direction === 0 || this.config.onRemove === 'reset'))
      return this.refuseRemoved(packet, connection, direction, port, verdict);
    if (!this.egress.admits(packet, server.model, port, verdict)) return verdict;
    const sharesReplies = direction === 1 && server.isOutside && (words[base]! & at.OWNS_PORT) === 0;
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
      addressAt(packet.view, packet.ip + ipv4.DESTINATION),
      packet.ports & 0xffff,
      packet.protocol,
    );
    const server =
      found < 0
        ? service?.servers[0]
        : this.services.server(this.connections.table.words[((found >> 1) << at.LOG2_WORDS) + at.SERVER]!);
    if (server === undefined || server.model.translates || server.gone) return true;
    return found < 0 && !this.opens(packet);
  }

  private opens(packet: Packet): boolean {
    return opensService(packet, this.config.sloppyTcp === true);
  }

  /** A later fragment, in dr and tun: on the way that its first one took. `serial` is the connection's. */
  follow(packet: Packet, server: Server, serial: number, port: Port, verdict: Verdict): Verdict {
    const { model } = server;
    nameFlow(verdict, 'fragment', server, serial);
    if (server.gone) return this.output.drop(verdict, 'fragment', 'server-removed');
    if (!this.egress.admits(packet, model, port, verdict)) return verdict;
    const hop = this.egress.ready(packet, server.hop, model, 0, port, verdict);
    if (hop === undefined) return verdict;
    server.count(0, packet.length);
    wrap(packet, server);
    this.egress.send(packet, hop, verdict);
    return verdict;
  }

  /** A packet without a connection. */
  private receiveFirst(packet: Packet, port: Port, verdict: Verdict): Verdict {
    const destination = addressAt(packet.view, packet.ip + ipv4.DESTINATION);
    if (this.addresses.isMartian(addressAt(packet.view, packet.ip + ipv4.SOURCE)))
      return this.refusals.martian(packet, verdict);
    if (this.addresses.isVip(destination)) {
      const service = this.services.find(destination, packet.ports & 0xffff, packet.protocol);
      if (service === undefined) return this.refusals.nobody(packet, port, verdict, 'no-service');
      verdict.service = service.index;
      if (this.opens(packet)) return this.schedule(packet, service, port, verdict);
      if (this.config.noEntry === 'reset') return this.refusals.nobody(packet, port, verdict, 'no-entry');
      return this.output.drop(verdict, 'no-entry', 'no-connection');
    }
    if (this.addresses.crossesNat(destination, port)) {
      if (opensNat(packet)) return this.open(packet, this.services.outside!, 'nat-out', port, verdict, -1);
      return this.output.drop(verdict, 'no-entry', 'no-connection');
    }
    // The node's kernel was told to leave these ports alone. It keeps all ICMP.
    if (packet.protocol !== ipv4.PROTOCOL_ICMP && this.addresses.isPooled(destination, packet.ports & 0xffff))
      return this.output.drop(verdict, 'no-entry', 'no-connection');
    return this.refusals.notOurs(destination, verdict);
  }

  private schedule(packet: Packet, service: Service, port: Port, verdict: Verdict): Verdict {
    // All servers of a service share its model: a packet it cannot take must not cost a turn.
    const model = service.servers[0]?.model;
    if (model !== undefined && !this.egress.admits(packet, model, port, verdict)) return verdict;
    const { scheduler, vip, persistence } = service;
    const source = addressAt(packet.view, packet.ip + ipv4.SOURCE);
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
    nameFlow(verdict, rule, server, 0);
    if (rule !== 'schedule' && !this.egress.admits(packet, server.model, port, verdict)) return verdict;
    const mayShareReplies = server.isOutside && !this.services.nat.translatePorts;
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
    const { model } = server;
    const { flags, length, clock } = packet;
    const way = this.egress.hopOf(words, base, direction, server);
    const hop = this.egress.ready(packet, way, model, direction, port, verdict);
    if (hop === undefined) return verdict;
    this.connections.touch(connection, direction, server, flags, length, clock);
    if (model.translates) translate(packet, words, base, direction);
    else wrap(packet, server);
    this.egress.send(packet, hop, verdict);
    return verdict;
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
    if (this.opens(packet) && verdict.service >= 0) {
      verdict.connection = 0;
      verdict.server = -1;
      return this.receiveFirst(packet, port, verdict);
    }
    if ((packet.flags & tcp.RST) !== 0) return this.output.drop(verdict, rule, 'server-removed');
    return this.refusals.nobody(packet, port, verdict, rule);
  }
}
