import * as at from '../connections/layout.ts';
import type { Server } from '../server.ts';
import type { DropReason } from '../verdict.ts';
import type { Model } from './model.ts';

/**
 * Address translation at the director. With `snat` both addresses change, so that the reply must come back (DPVS
 * FullNAT); without, only the destination does (IPVS `-m`), and the servers' gateway has to be the director.
 */
export class Dnat implements Model {
  readonly name = 'dnat';
  readonly translates = true;
  readonly overhead = 0;
  readonly snat: boolean;

  constructor(snat: boolean) {
    this.snat = snat;
  }

  open(words: Int32Array, base: number, server: Server): DropReason | undefined {
    const clientPort = words[base + at.REQUEST_PORTS]! >>> 16;
    let port = clientPort;
    if (this.snat) {
      port = server.pool!.take(clientPort, server.service.ports);
      if (port < 0) return 'ports-exhausted';
      words[base]! |= at.OWNS_PORT;
    }
    words[base + at.REPLY_SOURCE] = server.address;
    words[base + at.REPLY_DESTINATION] = this.snat ? server.dip : words[base + at.REQUEST_SOURCE]!;
    words[base + at.REPLY_PORTS] = (server.port << 16) | port;
    return undefined;
  }

  close(words: Int32Array, base: number, server: Server): void {
    if ((words[base]! & at.OWNS_PORT) !== 0) server.pool!.release(words[base + at.REPLY_PORTS]! & 0xffff);
  }
}
