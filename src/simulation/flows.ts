import type { Flows } from './fleet.ts';

/** 10.0.0.0/8, as a signed word: 2^24 made-up clients. */
const CLIENTS_NETWORK = 10 << 24;
export const MOST_CLIENTS = 1 << 24;
const FIRST_PORT = 1024;
/** Of one client. */
export const MOST_PORTS = 0x1_0000 - FIRST_PORT;

/**
 * `count` connections of `clients` clients, one after the other of each in turn; at most `MOST_PORTS` for each. The same for
 * the same `seed`, any 32 bits.
 */
export function makeFlows(count: number, clients: number, seed: number): Flows {
  const flows = { clients: new Int32Array(count), ports: new Uint16Array(count) };
  for (let flow = 0; flow < count; flow++) {
    const client = flow % clients;
    flows.clients[flow] = CLIENTS_NETWORK | scatter24(client, seed);
    const turn = Math.floor(flow / clients);
    // Each client begins with a port of its own, and takes the next one: no two of its connections share one.
    flows.ports[flow] = FIRST_PORT + (((mix(client, ~seed) >>> 0) + turn) % MOST_PORTS);
  }
  return flows;
}

/** The servers in an order that has nothing to do with theirs, the same for the same seed. */
export function inOtherOrder<T>(items: readonly T[], seed: number): T[] {
  const other = items
    .map((item, place) => ({ item, key: mix(place, seed) >>> 0, place }))
    .sort((one, another) => one.key - another.key || one.place - another.place)
    .map(({ item }) => item);
  // Of few the dice may fall as they were.
  return other.every((item, place) => item === items[place]) ? other.reverse() : other;
}

/** One to one on 24 bits: xor with what is shifted, and odd factors, can be undone. */
function scatter24(value: number, seed: number): number {
  let h = (value ^ mix(seed, 0)) & 0xff_ffff;
  h = Math.imul(h ^ (h >>> 12), 0x9e3779b1) & 0xff_ffff;
  h = Math.imul(h ^ (h >>> 11), 0x85ebca6b) & 0xff_ffff;
  return h ^ (h >>> 12);
}

/** MurmurHash3's finaliser over both. */
function mix(value: number, seed: number): number {
  let h = Math.imul(value ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
