import { IPVS_TIMEOUTS, type ForwarderConfig } from '../forwarder/config.ts';
import { Forwarder } from '../forwarder/forwarder.ts';
import { fillFrame, makeFrame, type Frame } from '../forwarder/frame.ts';
import { models, type VariantName, variantNames, variants } from '../models/models.ts';
import { addressAfter, NO_ADDRESS, parseIpv4, parseMac } from '../packet/address.ts';
import { buildArp, buildTcp } from '../packet/build.ts';

/**
 * What a packet costs in the forwarder, model beside model: an acknowledgement of 64 bytes on a connection that is there, from
 * the client's side. What it costs to put the frame there is measured too, and taken off. All models take turns, and are
 * compared within a turn: whatever else the machine does meets all of them.
 */
export interface ForwardingTimes {
  /** Of each model in each turn. */
  readonly frames: number;
  readonly turns: number;
  /**
   * How many times what it costs in DR: the median of the turns, least first. Here and now: another machine has others. Empty
   * where the clock is too coarse to tell.
   */
  readonly ratios: readonly { readonly variant: VariantName; readonly ratio: number }[];
}

const BATCH = 64;
const FRAMES = 16 * BATCH;
const TURNS = 61;
/** The first ones are slower: the code is compiled while it runs. */
const WARM_UP = 12;
/** So many turns are enough for who has waited for so long, in milliseconds. */
const [ENOUGH, PATIENCE_MS] = [15, 1500];
const CONNECTIONS = 512;
const UNIT: VariantName = 'dr';

/**
 * Measures; each step is one turn of all models, so that whoever calls may do other things in between.
 * @param now Milliseconds, with a fraction.
 * @param frames Of each model in each turn; a multiple of a batch of 64.
 */
export function* measureForwarding(
  now: () => number,
  frames: number = FRAMES,
): Generator<void, ForwardingTimes> {
  const runs = variantNames.map((variant) => ({ variant, run: prepared(variant) }));
  const turns: ReadonlyMap<VariantName, number>[] = [];
  const beginning = now();
  for (let turn = -WARM_UP; turn < TURNS; turn++) {
    if (turn >= ENOUGH && now() - beginning > PATIENCE_MS) break;
    const times = runs.map(({ variant, run }) => {
      const filled = timed(now, run.fill, frames);
      return [variant, timed(now, run.forward, frames) - filled] as const;
    });
    if (turn >= 0) turns.push(new Map(times));
    yield;
  }
  const told = turns.filter((times) => times.get(UNIT)! > 0);
  const ratios = (told.length > 0 ? variantNames : []).map((variant) => ({
    variant,
    ratio: median(told.map((times) => times.get(variant)! / times.get(UNIT)!)),
  }));
  return { frames, turns: told.length, ratios: ratios.sort((a, b) => a.ratio - b.ratio) };
}

function timed(now: () => number, step: (first: number) => void, frames: number): number {
  const before = now();
  for (let first = 0; first < frames; first += BATCH) step(first);
  return now() - before;
}

/** The middle value. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

interface Run {
  /** Puts a batch of frames where the forwarder finds them. */
  readonly fill: (first: number) => void;
  /** The same, and forwards them. */
  readonly forward: (first: number) => void;
}

/** Milliseconds of the forwarder's own clock. */
const [BEGINNING, LATER] = [1, 2];

function prepared(variant: VariantName): Run {
  const forwarder = new Forwarder(configOf(variant));
  const frames = Array.from({ length: BATCH }, () => makeFrame(2048));
  const learn = frames[0]!;
  for (const bytes of neighbourSpeaks()) {
    fillFrame(learn, 1, bytes);
    forwarder.receive(learn, BEGINNING);
  }
  const opening = Array.from({ length: CONNECTIONS }, (_, index) => segment(variant, index, SYN));
  const going = Array.from({ length: CONNECTIONS }, (_, index) => segment(variant, index, ACK));
  for (const bytes of opening) {
    fillFrame(learn, 0, bytes);
    const { relation, reason = '' } = forwarder.receive(learn, BEGINNING);
    if (relation !== 'forwarded') throw new Error(`${variant}: ${relation} ${reason}`);
  }
  const fill = (first: number): void => {
    for (let index = 0; index < BATCH; index++)
      fillFrame(frames[index]!, 0, going[(first + index) % CONNECTIONS]!);
  };
  const receive = (frame: Frame): void => {
    if (forwarder.receive(frame, LATER).count !== 1) throw new Error(`${variant}: not forwarded`);
  };
  return {
    fill,
    forward: (first) => {
      fill(first);
      forwarder.expect(frames, BATCH);
      frames.forEach(receive);
    },
  };
}

const [SYN, ACK] = [2, 16];
const DIRECTOR = [parseMac('02:00:00:00:00:01')!, parseMac('02:00:00:00:00:02')!] as const;
const NEIGHBOUR = parseMac('02:00:00:00:00:99')!;
const CLIENT = parseIpv4('10.1.0.1')!;
const VIP = parseIpv4('10.0.0.100')!;
const OUTSIDE = parseIpv4('198.51.100.1')!;
const OWN = [parseIpv4('10.0.0.1')!, parseIpv4('10.2.0.1')!] as const;
const SERVER = addressAfter(OWN[1], 9);
const FIRST_PORT = 20_000;

function segment(variant: VariantName, index: number, flags: number): Uint8Array {
  return buildTcp({
    ethernet: { source: NEIGHBOUR, destination: DIRECTOR[0] },
    ip: { source: CLIENT, destination: variant === 'nat' ? OUTSIDE : VIP, ttl: 64, dontFragment: true },
    tcp: { sourcePort: FIRST_PORT + index, destinationPort: 80, flags, sequence: 1, acknowledgement: 1 },
    payload: new Uint8Array(flags === ACK ? 10 : 0),
  });
}

/** The server, or the way out. An answer that nobody asked for is not believed: it speaks first. */
function neighbourSpeaks(): Uint8Array[] {
  const arp = { senderMac: NEIGHBOUR, senderIp: SERVER, targetMac: DIRECTOR[1], targetIp: OWN[1] };
  return [1, 2].map((operation) => buildArp({ arp: { operation, ...arp } }));
}

function configOf(variant: VariantName): ForwarderConfig {
  const { model, settings } = variants[variant];
  const ports = { first: 1024, last: 65_535 };
  const servers = [{ name: 'rs', address: SERVER, port: 80, weight: 1 }];
  const of = { name: 'web', vip: VIP, protocol: 'tcp', port: 80, scheduler: 'rr', servers, ports } as const;
  const tunnel = settings['tunnel'] === 'gue' ? { tunnel: { type: 'gue', port: 6080 } as const } : {};
  const snat = models[model].translates && settings['snat'] !== false;
  const ends = (['clients', 'servers'] as const).map((name, index) => ({
    segment: name,
    address: OWN[index]!,
    prefixLength: 24,
    mac: DIRECTOR[index]!,
    mtu: 1500,
  }));
  return {
    interfaces: ends,
    routes: [{ network: NO_ADDRESS, prefixLength: 0, via: SERVER }],
    services: model === 'nat' ? [] : [{ ...of, model, snat, ...tunnel }],
    ...(model === 'nat' && { nat: { outside: 1, ports, translatePorts: true } }),
    decrementTtl: true,
    timeouts: IPVS_TIMEOUTS,
    maxConnections: 2 * CONNECTIONS,
    noEntry: 'reset',
    onRemove: 'reset',
    connReuseMode: 1,
    expireQuiescentTemplate: false,
  };
}
