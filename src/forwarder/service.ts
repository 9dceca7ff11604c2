import type { PersistenceConfig, PortRange, SchedulerName } from './config.ts';
import { Persistence } from './persistence.ts';
import type { Scheduler } from './schedulers/scheduler.ts';
import { TOTALS, type Server } from './server.ts';

/** A service of the director: a VIP and a port, and the servers behind it. */
export class Service {
  /** Place in the configuration; -1 when it is not, or no longer, there. */
  index = -1;
  name: string;
  /** Signed. */
  readonly vip: number;
  readonly port: number;
  readonly protocol: number;
  schedulerName: SchedulerName = 'rr';
  scheduler: Scheduler | undefined = undefined;
  /** In the order of the configuration: what the scheduler's answer counts. */
  servers: readonly Server[] = [];
  /** The director's own ports, for dnat with snat. */
  ports: PortRange = { first: 1, last: 0 };
  /** `undefined`: every connection is scheduled anew. */
  persistence: Persistence | undefined = undefined;
  /** What servers that are gone had counted. */
  readonly past = new Float64Array(TOTALS);

  constructor(name: string, vip: number, port: number, protocol: number) {
    this.name = name;
    this.vip = vip | 0;
    this.port = port;
    this.protocol = protocol;
  }

  /** Clients keep their servers when only the timeout changes. */
  persist(config: PersistenceConfig | undefined): void {
    if (config === undefined) this.persistence = undefined;
    else if (this.persistence?.prefixLength !== config.prefixLength)
      this.persistence = new Persistence(config);
    else this.persistence.timeout = config.timeout;
  }
}
