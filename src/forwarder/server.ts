import { balances } from '../models/models.ts';
import { asSignedIpv4, type SignedIpv4, toSigned } from '../packet/address.ts';
import type { ServerConfig } from './config.ts';
import type { Model } from './models/model.ts';
import type { Neighbour } from './neighbours/neighbour.ts';
import type { PortPool } from './port-pool.ts';
import type { Candidate } from './schedulers/scheduler.ts';
import type { Service } from './service.ts';

/** Places in `Server.totals`; what came out stands where what went in does, two places on. */
export const CONNECTIONS = 0;
export const ACTIVE = 1;
export const INACTIVE = 2;
export const PACKETS_IN = 3;
export const BYTES_IN = 4;
export const PACKETS_OUT = 5;
export const BYTES_OUT = 6;
export const TOTALS = 7;

/** A real server as the hot path needs it. Its connections name it by its slot, which it keeps while it has any. */
export class Server implements Candidate {
  readonly slot: number;
  readonly service: Service;
  readonly model: Model;
  /** The nat model's stand-in for a server: the world outside. Each of its packets is routed by itself. */
  readonly isOutside: boolean;
  name: string;
  readonly address: SignedIpv4;
  readonly port: number;
  weight: number;
  lastWeight: number;
  /** Whom to hand its packets; `undefined` when there is no route, and for the outside. */
  hop: Neighbour | undefined = undefined;
  /** The director's address towards it. */
  dip = asSignedIpv4(0);
  pool: PortPool | undefined = undefined;
  /** `replaced`: the configuration reaches it another way, and its connections go on as they began. */
  removed: 'no' | 'replaced' | 'gone' = 'no';
  /** Clients whose next connection comes here. */
  templates = 0;
  readonly totals = new Float64Array(TOTALS);

  constructor(slot: number, service: Service, model: Model, config: ServerConfig) {
    this.slot = slot;
    this.service = service;
    this.model = model;
    this.isOutside = !balances(model.name);
    this.name = config.name;
    this.address = toSigned(config.address);
    this.port = config.port;
    this.weight = config.weight;
    this.lastWeight = config.weight;
  }

  /** Added, added again, or changed in place. */
  configure({ name, weight }: ServerConfig): void {
    this.name = name;
    // ip_vs_ctl.c, `__ip_vs_update_dest`.
    if (this.removed !== 'no' || weight !== 0) this.lastWeight = weight;
    this.weight = weight;
    this.removed = 'no';
  }

  /** One more packet of `length` bytes, to the server (direction 0) or from it. */
  count(direction: number, length: number): void {
    const { totals } = this;
    const place = PACKETS_IN + 2 * direction;
    totals[place]!++;
    totals[place + 1]! += length;
  }

  /** Its connections are not served any more. */
  get gone(): boolean {
    return this.removed === 'gone';
  }

  /** Whether an entry of the connection table names it. */
  get inUse(): boolean {
    return this.active + this.inactive + this.templates > 0;
  }

  get active(): number {
    return this.totals[ACTIVE]!;
  }

  get inactive(): number {
    return this.totals[INACTIVE]!;
  }
}
