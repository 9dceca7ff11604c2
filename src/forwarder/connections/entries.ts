import { type Ipv4, toUnsigned } from '../../packet/address.ts';
import type { ServiceConfig } from '../config.ts';
import type { ServiceTable } from '../service-table.ts';
import * as at from './layout.ts';
import type { ConnectionTable } from './table.ts';
import { STATES, type ConnectionState } from './tcp-state.ts';

/** What a director's `ipvsadm -L` reads: its services as configured, and its table with the templates of persistence. */
export interface IpvsState {
  readonly services: readonly ServiceConfig[];
  readonly entries: readonly EntryView[];
}

/** A line of IPVS's table. A template has no client's port, and 0 stands for it. */
export interface EntryView {
  readonly protocol: number;
  readonly state: ConnectionState;
  /** Milliseconds. */
  readonly expiresIn: number;
  readonly client: Ipv4;
  readonly clientPort: number;
  readonly destination: Ipv4;
  readonly destinationPort: number;
  readonly server: Ipv4;
  readonly serverPort: number;
}

/** What a template that is not to be found any more has for its ports (ip_vs_conn.c, `ip_vs_check_template`). */
const NO_PORT = 0xffff;
const VALID = 0;

/** In the order of the table, which is nobody's order. */
export function entryViews(table: ConnectionTable, services: ServiceTable, now: number): EntryView[] {
  const { words } = table;
  return [...table.entries()].map((entry) => {
    const base = entry << at.LOG2_WORDS;
    const meta = words[base]!;
    const ports = words[base + at.REQUEST_PORTS]! >>> 0;
    const server = services.server(words[base + at.SERVER]!);
    const isTemplate = (meta & at.IS_TEMPLATE) !== 0;
    const isLost = isTemplate && (meta & 0xff) !== VALID;
    return {
      protocol: isTemplate ? ports >>> 16 : meta & 0xff,
      state: STATES[(meta & at.STATE_MASK) >>> at.STATE_SHIFT] ?? 'NONE',
      expiresIn: Math.max(0, (words[base + at.EXPIRY]! - now) | 0),
      client: toUnsigned(at.addressOf(words, base + at.REQUEST_SOURCE)),
      clientPort: isTemplate ? 0 : ports >>> 16,
      destination: toUnsigned(at.addressOf(words, base + at.REQUEST_DESTINATION)),
      destinationPort: isLost ? NO_PORT : ports & 0xffff,
      server: toUnsigned(server.address),
      serverPort: isLost ? NO_PORT : server.port,
    };
  });
}
