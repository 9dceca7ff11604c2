import type { ModelName } from '../../models/models.ts';
import { type Ipv4, toUnsigned } from '../../packet/address.ts';
import type { ServiceTable } from '../service-table.ts';
import * as at from './layout.ts';
import { STATES, type ConnectionState } from './tcp-state.ts';

/** A connection as people read it. */
export interface ConnectionView {
  /** The number that `Decision.connection` has. */
  readonly serial: number;
  readonly model: ModelName;
  /** `undefined` for the nat model. */
  readonly service: string | undefined;
  readonly server: string | undefined;
  readonly protocol: number;
  readonly state: ConnectionState;
  readonly client: Ipv4;
  /** Of an ICMP query, its identifier. */
  readonly clientPort: number;
  /** The VIP; for the nat model the outside server. */
  readonly destination: Ipv4;
  /** Of an ICMP query, the type of its request. */
  readonly destinationPort: number;
  /** What the server sees as its client, where addresses are translated: DIP, CIP or the outside address. */
  readonly seen: { readonly address: Ipv4; readonly port: number } | undefined;
  /** Milliseconds until it is forgotten. */
  readonly expiresIn: number;
  readonly packets: number;
  readonly bytes: number;
}

export function connectionView(
  words: Int32Array,
  connection: number,
  services: ServiceTable,
  now: number,
): ConnectionView {
  const base = connection << at.LOG2_WORDS;
  const word = (place: number): number => words[base + place]! >>> 0;
  const address = (place: number): Ipv4 => toUnsigned(at.addressOf(words, base + place));
  const server = services.server(words[base + at.SERVER]!);
  const isNat = server.isOutside;
  return {
    serial: word(at.SERIAL),
    model: server.model.name,
    service: isNat ? undefined : server.service.name,
    server: isNat ? undefined : server.name,
    protocol: word(at.META) & 0xff,
    state: STATES[(word(at.META) & at.STATE_MASK) >>> at.STATE_SHIFT] ?? 'NONE',
    client: address(at.REQUEST_SOURCE),
    clientPort: word(at.REQUEST_PORTS) >>> 16,
    destination: address(at.REQUEST_DESTINATION),
    destinationPort: word(at.REQUEST_PORTS) & 0xffff,
    seen: server.model.translates
      ? { address: address(at.REPLY_DESTINATION), port: word(at.REPLY_PORTS) & 0xffff }
      : undefined,
    expiresIn: Math.max(0, (words[base + at.EXPIRY]! - now) | 0),
    packets: word(at.PACKETS),
    bytes: word(at.BYTES_HIGH) * 2 ** 32 + word(at.BYTES_LOW),
  };
}
