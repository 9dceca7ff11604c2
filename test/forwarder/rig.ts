import assert from 'node:assert/strict';
import type { ForwarderConfig, NatConfig, ServerConfig, ServiceConfig } from '../../src/forwarder/config.ts';
import { MemoryPort } from '../../src/forwarder/ports/memory.ts';
import type { Decision } from '../../src/forwarder/verdict.ts';
import { type Ipv4, type Mac, NO_ADDRESS, NO_MAC, parseIpv4, parseMac } from '../../src/packet/address.ts';
import { buildArp, buildTcp } from '../../src/packet/build.ts';

/** The networks of the tests: client – router – director – servers, one or two segments at the director. */

export function ip(text: string): Ipv4 {
  const address = parseIpv4(text);
  assert.ok(address !== undefined, text);
  return address;
}

export function mac(text: string): Mac {
  const address = parseMac(text);
  assert.ok(address !== undefined, text);
  return address;
}

export const CIP = ip('10.0.1.10');
export const VIP = ip('10.0.2.100');
export const DIP = ip('10.0.2.2');
export const RIP = ip('10.0.2.11');
export const RIP2 = ip('10.0.2.12');
export const ROUTER = ip('10.0.2.1');

export const M_DIRECTOR = mac('02:00:00:00:02:02');
export const M_ROUTER = mac('02:00:00:00:02:01');
export const M_SERVER = mac('02:00:00:00:02:11');
export const M_SERVER2 = mac('02:00:00:00:02:12');

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

export const TIMEOUTS = {
  established: 900_000,
  synReceived: 60_000,
  finWait: 120_000,
  timeWait: 120_000,
  close: 10_000,
  closeWait: 60_000,
  lastAck: 30_000,
  udp: 300_000,
  icmp: 30_000,
};

export const RS1: ServerConfig = { name: 'rs1', address: RIP, port: 80, weight: 1 };
export const RS2: ServerConfig = { name: 'rs2', address: RIP2, port: 80, weight: 1 };

export const WEB: ServiceConfig = {
  name: 'web',
  model: 'dr',
  vip: VIP,
  protocol: 'tcp',
  port: 80,
  scheduler: 'rr',
  servers: [RS1],
  snat: false,
  ports: { first: 40000, last: 40999 },
};

/** A director with one arm, on the segment of its servers. */
export function directorConfig(
  service: Partial<ServiceConfig> = {},
  rest: Partial<ForwarderConfig> = {},
): ForwarderConfig {
  return {
    interfaces: [{ segment: 'inside', address: DIP, prefixLength: 24, mac: M_DIRECTOR, mtu: 1500 }],
    routes: [{ network: NO_ADDRESS, prefixLength: 0, via: ROUTER }],
    services: [{ ...WEB, ...service }],
    decrementTtl: true,
    timeouts: TIMEOUTS,
    maxConnections: 1000,
    noEntry: 'drop',
    onRemove: 'reset',
    connReuseMode: 1,
    expireQuiescentTemplate: false,
    ...rest,
  };
}

export const EXT = ip('203.0.113.1');
export const SIP = ip('198.51.100.80');
export const UPSTREAM = ip('203.0.113.254');
export const HOST = ip('192.168.1.10');
export const HOST2 = ip('192.168.1.11');
export const M_INSIDE = mac('02:00:00:00:03:01');
export const M_OUTSIDE = mac('02:00:00:00:04:01');
export const M_UPSTREAM = mac('02:00:00:00:04:fe');
export const M_HOST = mac('02:00:00:00:03:10');
export const M_HOST2 = mac('02:00:00:00:03:11');

/** A NAT router: port 0 inside, port 1 outside. */
export function natConfig(
  nat: Partial<NatConfig> = {},
  rest: Partial<ForwarderConfig> = {},
): ForwarderConfig {
  return {
    interfaces: [
      { segment: 'inside', address: ip('192.168.1.1'), prefixLength: 24, mac: M_INSIDE, mtu: 1500 },
      { segment: 'outside', address: EXT, prefixLength: 24, mac: M_OUTSIDE, mtu: 1500 },
    ],
    routes: [{ network: NO_ADDRESS, prefixLength: 0, via: UPSTREAM }],
    services: [],
    nat: { outside: 1, ports: { first: 40000, last: 40999 }, translatePorts: true, ...nat },
    decrementTtl: true,
    timeouts: TIMEOUTS,
    maxConnections: 1000,
    noEntry: 'drop',
    onRemove: 'reset',
    connReuseMode: 1,
    expireQuiescentTemplate: false,
    ...rest,
  };
}

export interface Sent {
  readonly port: number;
  readonly bytes: Uint8Array;
}

/** A memory port and what came out of it. */
export class Rig {
  readonly port: MemoryPort;
  readonly sent: Sent[] = [];
  readonly decisions: Decision[] = [];
  now = 0;
  step = Infinity;
  private readonly config: ForwarderConfig;

  constructor(config: ForwarderConfig) {
    this.config = config;
    this.port = new MemoryPort(config, {
      transmit: (port, bytes) => void this.sent.push({ port, bytes }),
      decide: (decision) => void this.decisions.push(decision),
    });
  }

  /** Gives a frame in; hands back what it caused. */
  give(bytes: Uint8Array, port = 0): { sent: Sent[]; decisions: Decision[] } {
    return this.watch(() => this.port.deliver(port, bytes, this.now));
  }

  /** Lets time pass, in milliseconds, in steps of at most `step`. */
  pass(milliseconds: number): { sent: Sent[]; decisions: Decision[] } {
    const end = this.now + milliseconds;
    return this.watch(() => {
      do {
        this.now = Math.min(end, this.now + this.step);
        this.port.advance(this.now);
      } while (this.now < end);
    });
  }

  reconfigure(config: ForwarderConfig): { sent: Sent[]; decisions: Decision[] } {
    return this.watch(() => this.port.reconfigure(config, this.now));
  }

  /** The neighbour asks for the director, then answers it: the forwarder knows it from now on. */
  learn(address: Ipv4, neighbourMac: Mac, port = 0): this {
    this.give(this.arp(1, address, neighbourMac, port), port);
    return this.answer(address, neighbourMac, port);
  }

  /** The neighbour answers what it was asked. */
  answer(address: Ipv4, neighbourMac: Mac, port = 0): this {
    this.give(this.arp(2, address, neighbourMac, port), port);
    return this;
  }

  get connections(): string[] {
    return [...this.port.forwarder.connections(this.now)].map(
      ({ server, clientPort, state }) => `${server ?? 'nat'} ${clientPort} ${state}`,
    );
  }

  drops(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.port.forwarder.counters().drops).filter(([, count]) => count > 0),
    );
  }

  arp(operation: 1 | 2, senderIp: Ipv4, senderMac: Mac, port: number): Uint8Array {
    const { mac: targetMac, address: targetIp } = this.config.interfaces[port]!;
    return buildArp({
      arp: { operation, senderMac, senderIp, targetMac: operation === 1 ? NO_MAC : targetMac, targetIp },
    });
  }

  private watch(act: () => void): { sent: Sent[]; decisions: Decision[] } {
    const [sent, decisions] = [this.sent.length, this.decisions.length];
    act();
    return { sent: this.sent.slice(sent), decisions: this.decisions.slice(decisions) };
  }
}

export interface SegmentFields {
  /** `[source, destination]` */
  readonly macs: readonly [Mac, Mac];
  readonly addresses: readonly [Ipv4, Ipv4];
  readonly ports: readonly [number, number];
  readonly ttl: number;
  readonly flags?: number;
  readonly payload?: string;
  readonly id?: number;
  readonly trafficClass?: number;
  readonly dontFragment?: boolean;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly window?: number;
  readonly ipOptions?: Uint8Array;
  readonly tcpOptions?: Uint8Array;
}

/** A TCP frame, written as the rows of a header table are. */
export function segment(fields: SegmentFields): Uint8Array {
  return buildTcp({
    ethernet: { source: fields.macs[0], destination: fields.macs[1] },
    ip: {
      source: fields.addresses[0],
      destination: fields.addresses[1],
      ttl: fields.ttl,
      id: fields.id ?? 0x1234,
      trafficClass: fields.trafficClass ?? 0,
      dontFragment: fields.dontFragment ?? true,
      options: fields.ipOptions,
    },
    tcp: {
      sourcePort: fields.ports[0],
      destinationPort: fields.ports[1],
      sequence: fields.sequence ?? 1000,
      acknowledgement: fields.acknowledgement ?? 2000,
      flags: fields.flags ?? SYN,
      window: fields.window,
      options: fields.tcpOptions,
    },
    payload: new TextEncoder().encode(fields.payload ?? ''),
  });
}

/** The client's segment as the router hands it to the director. */
export function request(clientPort: number, flags = SYN, rest: Partial<SegmentFields> = {}): Uint8Array {
  return segment({
    macs: [M_ROUTER, M_DIRECTOR],
    addresses: [CIP, VIP],
    ports: [clientPort, 80],
    ttl: 63,
    flags,
    ...rest,
  });
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** One frame came out, exactly this one. */
export function assertSent(sent: readonly Sent[], expected: Uint8Array, port = 0): void {
  assert.deepEqual(
    sent.map((frame) => `${frame.port} ${hex(frame.bytes)}`),
    [`${port} ${hex(expected)}`],
  );
}
