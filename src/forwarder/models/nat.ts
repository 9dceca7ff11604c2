import { asSignedIpv4 } from '../../packet/address.ts';
import type { PortRange } from '../config.ts';
import * as at from '../connections/layout.ts';
import { PortPool } from '../port-pool.ts';
import type { DropReason } from '../verdict.ts';
import type { Model } from './model.ts';

/**
 * NAPT (RFC 3022): inside hosts share the outside address. Each flow has an outside port of its own among live flows
 * of its protocol. Without `translatePorts` the port is kept whatever happens, and two flows may come to look the same
 * from outside.
 */
export class Nat implements Model {
  readonly name = 'nat';
  readonly translates = true;
  readonly overhead = 0;
  /** The outside address. */
  outside = asSignedIpv4(0);
  ports: PortRange = { first: 1, last: 0 };
  translatePorts = true;
  private readonly pools = new Map<number, PortPool>();

  open(words: Int32Array, base: number): DropReason | undefined {
    const ports = words[base + at.REQUEST_PORTS]!;
    let port = ports >>> 16;
    if (this.translatePorts) {
      port = this.pool(words[base]! & 0xff).take(port, this.ports);
      if (port < 0) return 'ports-exhausted';
      words[base]! |= at.OWNS_PORT;
    }
    words[base + at.REPLY_SOURCE] = words[base + at.REQUEST_DESTINATION]!;
    words[base + at.REPLY_DESTINATION] = this.outside;
    words[base + at.REPLY_PORTS] = (ports << 16) | port;
    return undefined;
  }

  close(words: Int32Array, base: number): void {
    if ((words[base]! & at.OWNS_PORT) === 0) return;
    this.pool(words[base]! & 0xff).release(words[base + at.REPLY_PORTS]! & 0xffff);
  }

  private pool(protocol: number): PortPool {
    let pool = this.pools.get(protocol);
    if (pool === undefined) this.pools.set(protocol, (pool = new PortPool()));
    return pool;
  }
}
