import { masked, type SignedIpv4 } from '../../packet/address.ts';
import type { Service } from '../service.ts';
import type { Server } from '../server.ts';
import type { ServiceTable } from '../service-table.ts';
import type { ExpiryWheel } from './expiry-wheel.ts';
import * as at from './layout.ts';
import type { ConnectionTable } from './table.ts';

/** Protocols of no packet: of a template, and of one that is not to be found any more. */
const PROTOCOL = 0;
const INVALID = 255;

/** What a template's timeout becomes when it ends while connections still hang on it (`ip_vs_conn_expire`). */
const HELD_MS = 60_000;
/** Times are compared by signed difference: 2^30 ms is twelve days. */
const MOST_MS = 2 ** 30;

/**
 * Which server a client's new connections go to under persistence. As in IPVS these are entries of the connection
 * table themselves (ip_vs_core.c, `ip_vs_sched_persist`): client and mask, protocol, VIP and port, the client's port
 * left out. Two services of one VIP do not share them; a drained server keeps its clients.
 */
export class Templates {
  count = 0;
  /** Whether a drained server loses its clients (`expire_quiescent_template`). */
  expireQuiescent = false;
  private readonly table: ConnectionTable;
  private readonly wheel: ExpiryWheel;
  private readonly services: ServiceTable;
  /** Those whose timer the wheel has found over. */
  private readonly due: number[] = [];

  private readonly catchUp: (now: number) => void;

  /** `catchUp` ends all that is over, to the millisecond. */
  constructor(
    table: ConnectionTable,
    wheel: ExpiryWheel,
    services: ServiceTable,
    catchUp: (now: number) => void,
  ) {
    this.table = table;
    this.wheel = wheel;
    this.services = services;
    this.catchUp = catchUp;
  }

  /** The client's template, -1 when its next connection is to be scheduled. */
  find(client: SignedIpv4, service: Service, now: number): number {
    const clock = now | 0;
    let template = this.look(client, service);
    if (template >= 0 && this.isDue(template, clock)) {
      // What hangs on it may be over too.
      this.catchUp(now);
      template = this.look(client, service);
    }
    if (template < 0) return -1;
    const { removed, weight } = this.serverOf(template);
    if (removed === 'no' && !(this.expireQuiescent && weight === 0)) return template;
    // Its timer runs on, and its connections stay (`ip_vs_check_template`).
    this.table.rename(template, INVALID);
    return -1;
  }

  /** Remembers the server for a client that has no template; -1 when the table is full. */
  make(client: SignedIpv4, service: Service, server: Server, clock: number): number {
    const template = this.table.allocate();
    if (template < 0) return -1;
    const { words } = this.table;
    const base = template << at.LOG2_WORDS;
    words[base] = PROTOCOL | at.IS_TEMPLATE;
    words[base + at.REQUEST_SOURCE] = masked(client, service.clientMask);
    words[base + at.REQUEST_DESTINATION] = service.vip;
    words[base + at.REQUEST_PORTS] = (service.protocol << 16) | service.port;
    words[base + at.SERVER] = server.slot;
    words[base + at.TIMEOUT] = Math.min(service.persistence!.timeout, MOST_MS);
    words[base + at.LAST_END] = clock;
    this.renew(template, clock);
    this.table.addKey(template, 0);
    this.wheel.add(template);
    this.count++;
    server.templates++;
    return template;
  }

  /** A new connection was asked for: the time begins anew. Packets and ends of connections do not do that. */
  renew(template: number, clock: number): void {
    const { words } = this.table;
    const base = template << at.LOG2_WORDS;
    words[base + at.EXPIRY] = (clock + words[base + at.TIMEOUT]!) | 0;
  }

  /** The connection hangs on the template from now on. */
  hold(template: number, connection: number): void {
    const { words } = this.table;
    words[(connection << at.LOG2_WORDS) + at.TEMPLATE] = template + 1;
    words[(template << at.LOG2_WORDS) + at.HELD_BY]!++;
  }

  /** The connection ended at that time. */
  release(connection: number, clock: number): void {
    const { words } = this.table;
    const template = words[(connection << at.LOG2_WORDS) + at.TEMPLATE]! - 1;
    if (template < 0) return;
    const base = template << at.LOG2_WORDS;
    words[base + at.HELD_BY]!--;
    if (((clock - words[base + at.LAST_END]!) | 0) > 0) words[base + at.LAST_END] = clock;
  }

  /** The template's server. */
  serverOf(template: number): Server {
    return this.services.server(this.table.words[(template << at.LOG2_WORDS) + at.SERVER]!);
  }

  /** The wheel has found it over; what becomes of it `settle` decides, when all ends up to then are known. */
  postpone(template: number): void {
    this.due.push(template);
  }

  /** Whether `settle` has anything to do. */
  get waits(): boolean {
    return this.due.length > 0;
  }

  settle(clock: number): void {
    for (const template of this.due) {
      if (this.isOver(template, clock)) this.forget(template);
      else this.wheel.add(template);
    }
    this.due.length = 0;
  }

  private look(client: SignedIpv4, { clientMask, vip, protocol, port }: Service): number {
    return this.table.findKey(masked(client, clientMask), vip, (protocol << 16) | port, PROTOCOL) >> 1;
  }

  private isDue(template: number, clock: number): boolean {
    return ((this.table.words[(template << at.LOG2_WORDS) + at.EXPIRY]! - clock) | 0) <= 0;
  }

  /** Whether its time was over while no connection hung on it. Where one did, its time goes on, by a minute at once. */
  private isOver(template: number, clock: number): boolean {
    const { words } = this.table;
    const base = template << at.LOG2_WORDS;
    while (this.isDue(template, clock)) {
      const expiry = words[base + at.EXPIRY]!;
      const wasHeld = words[base + at.HELD_BY]! > 0 || ((words[base + at.LAST_END]! - expiry) | 0) > 0;
      if (!wasHeld) return true;
      words[base + at.TIMEOUT] = HELD_MS;
      words[base + at.EXPIRY] = (expiry + HELD_MS) | 0;
    }
    return false;
  }

  private forget(template: number): void {
    this.serverOf(template).templates--;
    this.table.remove(template);
    this.count--;
  }
}
