import assert from 'node:assert/strict';
import type { ForwarderConfig } from '../../src/forwarder/config.ts';
import { type Ipv4, type Mac, NO_MAC } from '../../src/packet/address.ts';
import { buildIpv4, buildUdp } from '../../src/packet/build.ts';
import * as ipv4 from '../../src/packet/ipv4.ts';
import { isProblem } from '../../src/packet/problem.ts';
import {
  CIP,
  directorConfig,
  hex,
  ip,
  M_DIRECTOR,
  M_INSIDE,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
  Rig,
  RIP,
  RIP2,
  ROUTER,
  RS1,
  RS2,
  VIP,
} from './rig.ts';

/** Datagrams in fragments, and directors that they come to. */

/** Port 0 is towards the servers and has this MTU; port 1, where clients are, has a large one. */
export const service = (model: 'dnat' | 'dr' | 'tun', snat = false, mtu = 1500): ForwarderConfig => {
  const config = directorConfig({
    model,
    snat,
    protocol: 'udp',
    port: 53,
    servers: [RS1, RS2].map((server) => ({ ...server, port: 53 })),
  });
  const wide = { segment: 'wide', address: ip('10.0.9.2'), prefixLength: 24, mac: M_INSIDE, mtu: 9000 };
  return { ...config, interfaces: [{ ...config.interfaces[0]!, mtu }, wide] };
};

export const start = (config: ForwarderConfig): Rig =>
  new Rig(config).learn(RIP, M_SERVER).learn(RIP2, M_SERVER2).learn(ROUTER, M_ROUTER);

export interface Fields {
  readonly macs?: readonly [Mac, Mac];
  readonly addresses?: readonly [Ipv4, Ipv4];
  readonly ports?: readonly [number, number];
  readonly ttl?: number;
  readonly length?: number;
  readonly id?: number;
  readonly dontFragment?: boolean;
  readonly options?: Uint8Array;
}

export function datagram(fields: Fields = {}): Uint8Array {
  const { macs = [M_ROUTER, M_DIRECTOR], addresses = [CIP, VIP], ports = [5000, 53], ttl = 63 } = fields;
  const { length = 100, id = 7, dontFragment, options } = fields;
  return buildUdp({
    ethernet: { source: macs[0], destination: macs[1] },
    ip: { source: addresses[0], destination: addresses[1], ttl, id, dontFragment, options },
    udp: { sourcePort: ports[0], destinationPort: ports[1] },
    payload: Uint8Array.from({ length }, (_, i) => i),
  });
}

/** Cut where it says, in bytes of the payload. */
export function cut(frame: Uint8Array, ...at: number[]): Uint8Array[] {
  const header = ipv4.decode(frame, 14, frame.length);
  assert.ok(!isProblem(header));
  const payload = frame.subarray(header.end);
  const edges = [0, ...at, payload.length];
  return edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1]!;
    const moreFragments = to < payload.length;
    const bytes = buildIpv4({
      ethernet: { source: NO_MAC, destination: NO_MAC },
      ip: { ...header, fragmentOffset: from, moreFragments },
      payload: payload.subarray(from, to),
    });
    bytes.set(frame.subarray(0, 12));
    return bytes;
  });
}

export const WIDE = [M_ROUTER, M_INSIDE] as const;

export const texts = (frames: readonly Uint8Array[]): string[] => frames.map(hex);
export const allSent = (rig: Rig): string[] =>
  rig.sent.filter(({ bytes }) => bytes[13] === 0).map(({ bytes }) => hex(bytes));
