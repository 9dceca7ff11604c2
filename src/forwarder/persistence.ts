import { prefixMask } from '../packet/address.ts';
import type { PersistenceConfig } from './config.ts';
import type { Server } from './server.ts';

/** Clients remembered per service; one more is refused, as IPVS refuses when it cannot make its template. */
const MOST_CLIENTS = 1 << 20;

/** One client, or one network of clients, and the server it goes to: IPVS's template connection. */
export interface Remembered {
  readonly server: Server;
  /** Milliseconds. */
  expiresAt: number;
  /** Its connections in the table: as long as there are any, the client is remembered. */
  live: number;
}

/**
 * Which server each client's new connections go to (ip_vs_core.c, `ip_vs_sched_persist`). A drained server keeps its
 * clients, as with IPVS's `expire_quiescent_template=0`; one that is gone does not.
 */
export class Persistence {
  readonly prefixLength: number;
  /** Milliseconds. */
  timeout: number;
  private readonly mask: number;
  private readonly clients = new Map<number, Remembered>();

  constructor({ prefixLength, timeout }: PersistenceConfig) {
    this.prefixLength = prefixLength;
    this.timeout = timeout;
    this.mask = prefixMask(prefixLength) | 0;
  }

  /** The server of this client (signed address), `undefined` when its next connection is free to go anywhere. */
  find(client: number, now: number): Server | undefined {
    const key = client & this.mask;
    const remembered = this.clients.get(key);
    if (remembered === undefined) return undefined;
    if (isValid(remembered, now)) return remembered.server;
    this.clients.delete(key);
    return undefined;
  }

  /** A connection of the client's was opened to this server. False when no more clients can be remembered. */
  enter(client: number, server: Server, now: number): boolean {
    const key = client & this.mask;
    const remembered = this.clients.get(key);
    const expiresAt = now + this.timeout;
    if (remembered?.server === server) {
      remembered.expiresAt = expiresAt;
      remembered.live++;
      return true;
    }
    if (this.clients.size >= MOST_CLIENTS) this.sweep(now);
    if (this.clients.size >= MOST_CLIENTS) return false;
    this.clients.set(key, { server, expiresAt, live: 1 });
    return true;
  }

  /** A connection of the client's to this server has ended. */
  leave(client: number, server: Server): void {
    const remembered = this.clients.get(client & this.mask);
    if (remembered?.server === server && remembered.live > 0) remembered.live--;
  }

  private sweep(now: number): void {
    for (const [key, remembered] of this.clients) if (!isValid(remembered, now)) this.clients.delete(key);
  }
}

function isValid({ server, expiresAt, live }: Remembered, now: number): boolean {
  return server.removed === 'no' && (live > 0 || expiresAt > now);
}
