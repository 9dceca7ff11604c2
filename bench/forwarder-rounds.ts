import { IPVS_TIMEOUTS, type ForwarderConfig } from '../src/forwarder/config.ts';
import type { ModelName } from '../src/models/models.ts';
import { Forwarder } from '../src/forwarder/forwarder.ts';
import { fillFrame, makeFrame, type Frame } from '../src/forwarder/frame.ts';
import { parseIpv4, parseMac, type Ipv4 } from '../src/packet/address.ts';
import { buildArp, buildTcp } from '../src/packet/build.ts';

/**
 * Rounds of each model's hot path: an ACK of an established connection, 64-byte frames. Packets take the connections in
 * a shuffled order, so that a million of them means a million cold cache lines. As from a port they come in batches, each
 * frame in a buffer of its own.
 */

/** Of each round; a whole number of batches. */
export const PACKETS = 1_000_000;
const BATCH = 64;

interface Case {
  readonly model: ModelName;
  readonly snat: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  dr: { model: 'dr', snat: false },
  tun: { model: 'tun', snat: false },
  dnat: { model: 'dnat', snat: false },
  'dnat+snat': { model: 'dnat', snat: true },
  nat: { model: 'nat', snat: false },
};

export const CASE_NAMES = Object.keys(CASES);

/** Nanoseconds per packet. */
export interface Round {
  readonly copy: number;
  /** The same copy, and the forwarder on top. */
  readonly total: number;
}

export interface Rounds {
  /** Runs one; the first only warms up. */
  next(): Round;
  /** Bytes that a packet leaves on the heap; needs `--expose-gc`, and a few rounds before. */
  garbage(): number;
  readonly bytesPerConnection: number;
}

/** A forwarder with so many connections. */
export function startRounds(name: string, connections: number): Rounds {
  const chosen = CASES[name]!;
  const clients = Math.ceil(connections / CLIENT_PORTS);
  const forwarder = new Forwarder(config(chosen, connections));
  const frame = makeFrame(2048);
  learn(forwarder, frame, chosen);
  const syn = makeRequest(chosen, 2);
  const ack = makeRequest(chosen, 16);
  for (let i = 0; i < connections; i++) {
    const verdict = open(forwarder, frame, syn, i, clients);
    if (verdict !== 'forwarded') throw new Error(`connection ${i}: ${verdict}`);
    open(forwarder, frame, ack, i, clients);
  }
  const order = shuffled(connections);
  const frames = Array.from({ length: BATCH }, () => makeFrame(2048));
  const looksAhead = 'expect' in forwarder;
  const fill = (first: number): void => {
    for (let i = 0; i < BATCH; i++) prepare(frames[i]!, ack, order[(first + i) % connections]!, clients);
  };
  const forward = (first: number): void => {
    fill(first);
    // A revision before there was such a thing is given its frames one by one.
    if (looksAhead) forwarder.expect(frames, BATCH);
    for (const frame of frames)
      if (forwarder.receive(frame, NOW).count !== 1) throw new Error('not forwarded');
  };
  return {
    next: () => ({ copy: timeBatches(fill), total: timeBatches(forward) }),
    garbage: () => garbageOf(forward) - garbageOf(fill),
    bytesPerConnection: forwarder.memory / connections,
  };
}

/** Nanoseconds a packet. `step` is given the number of its first one. */
function timeBatches(step: (first: number) => void): number {
  const before = process.hrtime.bigint();
  for (let first = 0; first < PACKETS; first += BATCH) step(first);
  return Number(process.hrtime.bigint() - before) / PACKETS;
}

/** Bytes a packet: the least of some runs, the first of which compile, each too short for the heap to be tidied in between. */
function garbageOf(step: (first: number) => void): number {
  const runs = Array.from({ length: 30 }, () => {
    gc!();
    const before = process.memoryUsage().heapUsed;
    for (let first = 0; first < FEW_PACKETS; first += BATCH) step(first);
    return (process.memoryUsage().heapUsed - before) / FEW_PACKETS;
  });
  return Math.min(...runs);
}

const FEW_PACKETS = 64 * BATCH;
/** Milliseconds, with a fraction as the clock's have. */
const NOW = 2.5;

/** Ports per client address; in nat also flows per outside port: a million need many outside servers. */
const CLIENT_PORTS = 10_000;
const FIRST_PORT = 20_000;

/** Copies the frame and writes the client's address and port of connection `i` into it, checksums kept valid. */
function prepare(frame: Frame, template: Template, i: number, clients: number): void {
  fillFrame(frame, 0, template.bytes);
  const client = i % clients;
  const port = (i / clients) | 0;
  const { view, start } = frame;
  // What is added to source address and source port is taken from the checksums.
  view.setInt32(start + 26, CLIENTS + client);
  view.setInt32(start + 34, ((FIRST_PORT + port) << 16) | 80);
  view.setUint16(start + 24, subtract(template.ipChecksum, client));
  view.setUint16(start + 50, subtract(subtract(template.tcpChecksum, client), port));
}

function open(forwarder: Forwarder, frame: Frame, template: Template, i: number, clients: number): string {
  prepare(frame, template, i, clients);
  const verdict = forwarder.receive(frame, 1);
  return verdict.relation === 'forwarded' ? verdict.relation : `${verdict.relation} ${verdict.reason ?? ''}`;
}

interface Template {
  readonly bytes: Uint8Array;
  readonly ipChecksum: number;
  readonly tcpChecksum: number;
}

const DIRECTOR = [parseMac('02:00:00:00:00:01')!, parseMac('02:00:00:00:00:02')!];
const NEIGHBOUR = parseMac('02:00:00:00:00:99')!;
const VIP = parseIpv4('10.0.0.100')!;
const CLIENTS = parseIpv4('10.1.0.0')!;
/** Enough that a million dnat flows with ports of the director's own find one: 65,536 - 1,024 per server. */
const SERVERS = 16;
/** What older revisions have not is not used: this drives them too. */
const inside = (host: number): Ipv4 => parseIpv4(`10.2.0.${host}`)!;
const UPSTREAM = inside(9);

function makeRequest({ model }: Case, flags: number): Template {
  const bytes = new Uint8Array(64);
  const destination = model === 'nat' ? parseIpv4('198.51.100.1')! : VIP;
  bytes.set(
    buildTcp({
      ethernet: { source: NEIGHBOUR, destination: DIRECTOR[0]! },
      ip: { source: CLIENTS, destination, ttl: 64, dontFragment: true },
      tcp: { sourcePort: FIRST_PORT, destinationPort: 80, flags, sequence: 1, acknowledgement: 1 },
      payload: new Uint8Array(10),
    }),
  );
  return { bytes, ipChecksum: read16(bytes, 24), tcpChecksum: read16(bytes, 50) };
}

function learn(forwarder: Forwarder, frame: Frame, { model }: Case): void {
  const addresses = model === 'nat' ? [UPSTREAM] : Array.from({ length: SERVERS }, (_, i) => inside(10 + i));
  for (const senderIp of addresses) {
    const arp = {
      senderMac: NEIGHBOUR,
      senderIp,
      targetMac: DIRECTOR[1]!,
      targetIp: inside(1),
    };
    // An answer that nobody asked for is not believed: it speaks first.
    for (const operation of [1, 2]) {
      fillFrame(frame, 1, buildArp({ arp: { operation, ...arp } }));
      forwarder.receive(frame, 0);
    }
  }
}

function config({ model, snat }: Case, connections: number): ForwarderConfig {
  const servers = Array.from({ length: SERVERS }, (_, i) => ({
    name: `rs${i}`,
    address: inside(10 + i),
    port: 80,
    weight: 1,
  }));
  const ports = { first: 1024, last: 65535 };
  const service = {
    name: 'web',
    vip: VIP,
    protocol: 'tcp',
    port: 80,
    scheduler: 'rr',
    servers,
    snat,
    ports,
  } as const;
  return {
    interfaces: [
      { segment: 'a', address: parseIpv4('10.0.0.1')!, prefixLength: 24, mac: DIRECTOR[0]!, mtu: 1500 },
      {
        segment: 'b',
        address: inside(1),
        prefixLength: 24,
        mac: DIRECTOR[1]!,
        mtu: 1500,
      },
    ],
    routes: [{ network: parseIpv4('0.0.0.0')!, prefixLength: 0, via: UPSTREAM }],
    services: model === 'nat' ? [] : [{ ...service, model }],
    // One outside address has 65,536 ports: a million flows keep theirs instead, as `translatePorts: false` does.
    ...(model === 'nat' && { nat: { outside: 1, ports, translatePorts: connections <= 60_000 } }),
    decrementTtl: true,
    timeouts: IPVS_TIMEOUTS,
    maxConnections: connections,
    noEntry: 'reset',
    onRemove: 'reset',
    connReuseMode: 1,
    expireQuiescentTemplate: false,
  };
}

/** 0 to count - 1 in an order that no prefetcher guesses, the same in every run; one cycle (Sattolo). */
export function shuffled(count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  let state = 1;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % i;
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** One's-complement subtraction from a checksum: the packet's sum grew by `amount`. */
function subtract(checksum: number, amount: number): number {
  const difference = checksum - amount;
  return difference < 0 ? difference + 0xffff : difference;
}

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
