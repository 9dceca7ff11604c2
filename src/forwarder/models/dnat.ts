import * as at from '../connections/layout.ts';
import type { Packet } from '../packet.ts';
import { translate } from '../rewrite.ts';
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

  request(packet: Packet, words: Int32Array, base: number): void {
    toServer(packet, words, base);
  }

  reply(packet: Packet, words: Int32Array, base: number): void {
    toClient(packet, words, base);
  }
}

/** The request as the server will see it: the reply key turned around. */
export function toServer(packet: Packet, words: Int32Array, base: number): void {
  const ports = words[base + at.REPLY_PORTS]!;
  translate(
    packet,
    words[base + at.REPLY_DESTINATION]!,
    words[base + at.REPLY_SOURCE]!,
    (ports << 16) | (ports >>> 16),
  );
}

/** The reply as the client expects it: the request key turned around. */
export function toClient(packet: Packet, words: Int32Array, base: number): void {
  const ports = words[base + at.REQUEST_PORTS]!;
  translate(
    packet,
    words[base + at.REQUEST_DESTINATION]!,
    words[base + at.REQUEST_SOURCE]!,
    (ports << 16) | (ports >>> 16),
  );
}
