import type { ServerConfig } from './config.ts';
import type { Model } from './models/model.ts';
import type { Neighbour } from './neighbours/neighbour.ts';
import type { PortPool } from './port-pool.ts';
import type { Candidate } from './schedulers/scheduler.ts';
import type { Service } from './service.ts';

/** Places in `Server.totals`. */
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
  name: string;
  /** Signed. */
  readonly address: number;
  readonly port: number;
  weight: number;
  /** Whom to hand its packets; `undefined` when there is no route, or when each packet is routed by itself (nat). */
  hop: Neighbour | undefined = undefined;
  /** The director's address towards it, signed. */
  dip = 0;
  pool: PortPool | undefined = undefined;
  /** What its connections meet since it left the configuration; `replaced`: they go on as they began. */
  removed: 'no' | 'replaced' | 'reset' | 'silent' = 'no';
  readonly totals = new Float64Array(TOTALS);

  constructor(slot: number, service: Service, model: Model, config: ServerConfig) {
    this.slot = slot;
    this.service = service;
    this.model = model;
    this.name = config.name;
    this.address = config.address | 0;
    this.port = config.port;
    this.weight = config.weight;
  }

  /** Its connections are refused: `removed` is `reset` or `silent`. */
  get gone(): boolean {
    return this.removed === 'reset' || this.removed === 'silent';
  }

  get active(): number {
    return this.totals[ACTIVE]!;
  }

  get inactive(): number {
    return this.totals[INACTIVE]!;
  }
}
