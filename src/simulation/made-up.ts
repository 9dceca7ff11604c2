import type { ServerConfig } from '../forwarder/config.ts';
import { asIpv4, type Ipv4, parseIpv4 } from '../packet/address.ts';

/** Servers rs1, rs2 … of 172.16.0.0/16, weight 1. */
export function madeUpServers(count: number): ServerConfig[] {
  const first = parseIpv4('172.16.0.1')!;
  return Array.from({ length: count }, (_, place) => ({
    name: `rs${place + 1}`,
    address: asIpv4(first + place),
    port: 80,
    weight: 1,
  }));
}

/** lb1, lb2 … */
export function madeUpDirectors(count: number): string[] {
  return Array.from({ length: count }, (_, place) => `lb${place + 1}`);
}

/** Of the documentation's addresses (RFC 5737). */
export const MADE_UP_VIP: Ipv4 = parseIpv4('192.0.2.100')!;
