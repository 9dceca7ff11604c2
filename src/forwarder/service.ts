import { type Ipv4, prefixMask, type SignedIpv4, toSigned } from '../packet/address.ts';
import type { PersistenceConfig, PortRange } from './config.ts';
import type { Scheduler } from './schedulers/scheduler.ts';
import { TOTALS, type Server } from './server.ts';

/** A service of the director: a VIP and a port, and the servers behind it. */
export class Service {
  /** Place in the configuration; -1 when it is not, or no longer, there. */
  index = -1;
  name: string;
  readonly vip: SignedIpv4;
  readonly port: number;
  readonly protocol: number;
  scheduler: Scheduler | undefined = undefined;
  /** What the scheduler was made for, and what it was last told: it keeps its place as long as both stay. */
  schedulerKey = '';
  schedule = '';
  /** In the order of the configuration: what the scheduler's answer counts. */
  servers: readonly Server[] = [];
  /** The director's own ports, for dnat with snat. */
  ports: PortRange = { first: 1, last: 0 };
  /** `undefined`: every connection is scheduled anew. */
  persistence: PersistenceConfig | undefined = undefined;
  /** Of a client's address under persistence. */
  clientMask = 0;
  /** What servers that are gone had counted. */
  readonly past = new Float64Array(TOTALS);

  constructor(name: string, vip: Ipv4, port: number, protocol: number) {
    this.name = name;
    this.vip = toSigned(vip);
    this.port = port;
    this.protocol = protocol;
  }

  /** A template that is there keeps its timeout, and is not found under another mask. */
  persist(config: PersistenceConfig | undefined): void {
    this.persistence = config;
    this.clientMask = config === undefined ? 0 : prefixMask(config.prefixLength) | 0;
  }
}
