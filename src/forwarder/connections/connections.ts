import type { SignedIpv4 } from '../../packet/address.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import type { ForwarderConfig } from '../config.ts';
import { addressAt } from '../headers.ts';
import type { Packet } from '../packet.ts';
import * as total from '../server.ts';
import type { Server } from '../server.ts';
import type { ServiceTable } from '../service-table.ts';
import type { DropReason } from '../verdict.ts';
import { ExpiryWheel } from './expiry-wheel.ts';
import { LookAhead } from './look-ahead.ts';
import * as at from './layout.ts';
import { ConnectionTable } from './table.ts';
import { Templates } from './templates.ts';
import { ICMP, INPUT_ONLY, isActive, nextTcpState, NONE, timeoutsByState, UDP } from './tcp-state.ts';

/** The life of connections: found, opened, kept alive by their packets, ended; and what their servers count. */
export class Connections {
  readonly table: ConnectionTable;
  readonly templates: Templates;
  readonly ahead: LookAhead;
  /** Why the last `open` gave -1. */
  refusal: DropReason = 'table-full';
  private readonly services: ServiceTable;
  private readonly wheel: ExpiryWheel;
  private timeouts: Int32Array = new Int32Array();

  /** It holds nothing until it is configured. */
  constructor(services: ServiceTable, now: number, seed: number) {
    this.services = services;
    this.table = new ConnectionTable(0, seed);
    this.ahead = new LookAhead(this.table);
    this.wheel = new ExpiryWheel(this.table, now);
    this.templates = new Templates(this.table, this.wheel, services, this.catchUp);
  }

  /** Connections that are there stay, even above a smaller limit; new timeouts count from their next packets on. */
  configure({ maxConnections, timeouts, expireQuiescentTemplate }: ForwarderConfig): void {
    this.table.limit = maxConnections;
    this.timeouts = timeoutsByState(timeouts);
    this.templates.expireQuiescent = expireQuiescentTemplate;
  }

  /** Connections in the table. */
  get size(): number {
    return this.table.live - this.templates.count;
  }

  /** The packet's connection as `connection * 2 + direction`, -1 when there is none whose time is not over. */
  find({ view, ip, ports, protocol, clock }: Packet): number {
    const source = addressAt(view, ip + ipv4.SOURCE);
    return this.findKey(source, addressAt(view, ip + ipv4.DESTINATION), ports, protocol, clock);
  }

  /** The same for a key, as signed words. */
  findKey(
    source: SignedIpv4,
    destination: SignedIpv4,
    ports: number,
    protocol: number,
    clock: number,
  ): number {
    for (;;) {
      const found = this.table.findKey(source, destination, ports, protocol);
      if (found < 0 || !this.isOver(found >> 1, clock)) return found;
      const connection = found >> 1;
      this.end(connection, this.table.words[(connection << at.LOG2_WORDS) + at.EXPIRY]!);
    }
  }

  /** A new connection to the server; -1 when it cannot be had, see `refusal`. */
  open(packet: Packet, server: Server, mayShareReplies: boolean): number {
    const connection = this.table.allocate();
    this.refusal = 'table-full';
    if (connection < 0) return -1;
    const { words } = this.table;
    const { view, ip, protocol } = packet;
    const base = connection << at.LOG2_WORDS;
    const state = protocol === ipv4.PROTOCOL_TCP ? NONE : protocol === ipv4.PROTOCOL_UDP ? UDP : ICMP;
    // IPVS counts a connection as inactive until its first packet gives TCP a state: UDP for ever.
    words[base] = protocol | (state << at.STATE_SHIFT) | at.INACTIVE;
    words[base + at.REQUEST_SOURCE] = addressAt(view, ip + ipv4.SOURCE);
    words[base + at.REQUEST_DESTINATION] = addressAt(view, ip + ipv4.DESTINATION);
    words[base + at.REQUEST_PORTS] = packet.ports;
    words[base + at.SERVER] = server.slot;
    const refused =
      server.model.open?.(words, base, server) ??
      this.replyTaken(base, server, mayShareReplies, packet.clock);
    if (refused !== undefined) {
      this.refusal = refused;
      server.model.close?.(words, base, server);
      this.table.release(connection);
      return -1;
    }
    words[base + at.EXPIRY] = (packet.clock + this.timeouts[state]!) | 0;
    this.table.addKey(connection, 0);
    if (server.model.translates) this.table.addKey(connection, 1);
    this.wheel.add(connection);
    server.totals[total.CONNECTIONS]!++;
    server.totals[total.INACTIVE]!++;
    return connection;
  }

  /**
   * One more packet of `length` bytes: moves the state of TCP by its flags, puts off the end, counts. `direction` 0 from
   * the client, 1 from the server.
   */
  touch(
    connection: number,
    direction: number,
    server: Server,
    flags: number,
    length: number,
    clock: number,
  ): void {
    const { words } = this.table;
    const base = connection << at.LOG2_WORDS;
    const state = (words[base]! & at.STATE_MASK) >>> at.STATE_SHIFT;
    const isTcp = (words[base]! & 0xff) === ipv4.PROTOCOL_TCP;
    const next = isTcp ? nextTcpState(server.model.translates ? direction : INPUT_ONLY, flags, state) : state;
    const end = (clock + this.timeouts[next]!) | 0;
    const isEarlier = ((end - words[base + at.EXPIRY]!) | 0) < 0;
    words[base + at.EXPIRY] = end;
    // A later end is found out in the wheel.
    if (isEarlier) this.putForward(connection);
    if (next !== state) this.enter(base, state, next, server);
    words[base + at.PACKETS]!++;
    const low = (words[base + at.BYTES_LOW]! + length) | 0;
    words[base + at.BYTES_LOW] = low;
    // It went past 2^32, from which a packet's length did not take it far.
    if (low >= 0 && low < length) words[base + at.BYTES_HIGH]!++;
    server.count(direction, length);
  }

  /** `clock` tells when, as `Packet.clock` does. */
  end(connection: number, clock: number): void {
    this.wheel.remove(connection);
    this.forget(connection, clock);
  }

  /** Ends what is over. Cheap when nothing is due. */
  expire(now: number): void {
    if (!this.wheel.isDue(now)) return;
    this.wheel.advance(now, this.timerOver);
    if (this.templates.waits) this.catchUp(now);
  }

  nextTimer(): number {
    return this.wheel.nextTimer();
  }

  /** Ends all that is over, to the millisecond: a template asks whether a connection was there when its time was over. */
  private readonly catchUp = (now: number): void => {
    this.wheel.catchUp(now, this.timerOver);
    this.templates.settle(now | 0);
  };

  private readonly timerOver = (connection: number): void => {
    const { words } = this.table;
    const base = connection << at.LOG2_WORDS;
    if ((words[base]! & at.IS_TEMPLATE) !== 0) this.templates.postpone(connection);
    else this.forget(connection, words[base + at.EXPIRY]!);
  };

  private forget(connection: number, clock: number): void {
    const { words } = this.table;
    const base = connection << at.LOG2_WORDS;
    const server = this.services.server(words[base + at.SERVER]!);
    server.totals[(words[base]! & at.INACTIVE) === 0 ? total.ACTIVE : total.INACTIVE]!--;
    server.model.close?.(words, base, server);
    this.templates.release(connection, clock);
    this.table.remove(connection);
  }

  private isOver(connection: number, clock: number): boolean {
    const expiry = this.table.words[(connection << at.LOG2_WORDS) + at.EXPIRY]!;
    return ((expiry - clock) | 0) <= 0;
  }

  private putForward(connection: number): void {
    this.wheel.remove(connection);
    this.wheel.add(connection);
  }

  private enter(base: number, state: number, next: number, server: Server): void {
    const { words } = this.table;
    words[base] = (words[base]! & ~at.STATE_MASK) | (next << at.STATE_SHIFT);
    if (isActive(next) === isActive(state)) return;
    if (isActive(next)) this.count(base, server, total.ACTIVE, total.INACTIVE);
    else this.count(base, server, total.INACTIVE, total.ACTIVE);
  }

  private count(base: number, server: Server, more: number, less: number): void {
    const { words } = this.table;
    server.totals[more]!++;
    server.totals[less]!--;
    words[base]! ^= at.INACTIVE;
  }

  /** Two connections whose replies look the same cannot both be served. */
  private replyTaken(base: number, server: Server, mayShare: boolean, clock: number): DropReason | undefined {
    if (!server.model.translates || mayShare) return undefined;
    const { words } = this.table;
    const found = this.findKey(
      at.addressOf(words, base + at.REPLY_SOURCE),
      at.addressOf(words, base + at.REPLY_DESTINATION),
      words[base + at.REPLY_PORTS]!,
      words[base]! & 0xff,
      clock,
    );
    return found < 0 ? undefined : 'ambiguous-port';
  }
}
