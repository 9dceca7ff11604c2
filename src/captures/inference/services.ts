import type { ModelName } from '../../models/models.ts';
import { NO_MAC, type Ipv4, type Mac } from '../../packet/address.ts';
import * as ipv4 from '../../packet/ipv4.ts';
import {
  isNextHop,
  isRequest,
  type Crossing,
  type Observed,
  type RecordedFrame,
  type Trail,
} from './crossings.ts';
import { ownConnections, type OwnConnections } from './own-connections.ts';
import type { CapturedInterface } from './stations.ts';

/** `router`: nothing but a router was seen to be there, or nothing at all. `proxy`: it has connections of its own. */
export type Fit = ModelName | 'router' | 'proxy';

export interface InferredServer {
  /** Known where packets are addressed to it: behind dr it is not. */
  readonly address?: Ipv4;
  /** Where the last frame to it went: its own, or a router's. */
  readonly mac: Mac;
  readonly port: number;
}

/** What gives the connections to one address and port to servers, as far as frames tell. */
export interface InferredService {
  readonly address: Ipv4;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** What fits, the likeliest first; more than one where frames do not decide it. */
  readonly fits: readonly Fit[];
  /** Which observation says so; text `captures.evidence.CODE`. */
  readonly evidence: string;
  readonly frames: readonly RecordedFrame[];
  /** The source is rewritten too. */
  readonly snat: boolean;
  readonly tunnel?: 'ipip' | { readonly guePort: number };
  readonly servers: readonly InferredServer[];
  /** Who forwards: its MAC addresses as it takes a request in and as it sends it on, or whom it is behind. */
  readonly director: {
    readonly in?: Mac;
    readonly out?: Mac;
    readonly behind?: Mac;
    readonly address?: Ipv4;
  };
  /** The packets by which it was seen. */
  readonly requests: readonly Trail[];
}

const MOST_FRAMES = 4;

/** The services that requests were sent to, most requests first. */
export function inferServices(observed: Observed, captured: readonly CapturedInterface[]): InferredService[] {
  const byTarget = new Map<string, Trail[]>();
  for (const trail of observed.trails) {
    const [first] = trail;
    if (first === undefined || !isRequest(first)) continue;
    const key = `${first.protocol} ${first.destination} ${first.destinationPort}`;
    const others = byTarget.get(key);
    if (others) others.push(trail);
    else byTarget.set(key, [trail]);
  }
  // What the director sent to a server is no request of its own: where only that was recorded, it is one.
  const services = [...byTarget.values()]
    .sort((a, b) => b.length - a.length)
    .map((trails) => inferService(trails, observed, captured));
  const isBehind = (one: InferredService) =>
    services.some(
      ({ evidence, servers }) =>
        evidence === 'own-connections' &&
        servers.some(({ address, port }) => address === one.address && port === one.port),
    );
  return services.filter((one) => !isBehind(one));
}

function inferService(
  trails: readonly Trail[],
  observed: Observed,
  captured: readonly CapturedInterface[],
): InferredService {
  const first = trails[0]![0]!;
  const base = {
    address: first.destination,
    port: first.destinationPort,
    protocol: first.protocol === ipv4.PROTOCOL_TCP ? ('tcp' as const) : ('udp' as const),
    requests: trails,
    snat: false,
  };
  const steps = trails.flatMap((trail) => stepsOf(trail));
  const wrapped = trails.flatMap((trail) => trail.filter(({ outer }) => outer !== undefined));
  if (wrapped.length > 0) return { ...base, ...wrapping(wrapped, steps) };
  const rewritten = steps.filter(([a, b]) => a.destination !== b.destination);
  if (rewritten.length > 0) return { ...base, ...translating(rewritten, trails) };
  const hidden = steps.filter(([a, b]) => a.source !== b.source);
  if (hidden.length > 0) return { ...base, ...hiding(hidden) };
  const met = ownConnections(trails, observed, first.destination, captured);
  if (met) return { ...base, ...proxying(met, first) };
  return { ...base, ...untouched(trails, observed, first.destination) };
}

type Step = readonly [before: Crossing, after: Crossing];
type Part = Omit<InferredService, 'address' | 'port' | 'protocol' | 'requests' | 'snat'> & {
  readonly snat?: boolean;
};

const stepsOf = (trail: Trail): Step[] => trail.slice(1).map((after, index) => [trail[index]!, after]);
const framesOf = (steps: readonly Step[]): RecordedFrame[] =>
  steps.flatMap(([a, b]) => [a.frame, b.frame]).slice(0, MOST_FRAMES);

function wrapping(wrapped: readonly Crossing[], steps: readonly Step[]): Part {
  const [one] = wrapped;
  const step = steps.find(([a, b]) => !a.outer && b.outer);
  const isGue = one!.outer!.protocol === ipv4.PROTOCOL_UDP;
  return {
    fits: ['tun'],
    evidence: isGue ? 'gue' : 'ipip',
    frames: wrapped.slice(0, MOST_FRAMES).map(({ frame }) => frame),
    tunnel: isGue ? { guePort: guePortOf(one!) } : 'ipip',
    servers: distinct(
      wrapped.map(({ outer, to, destinationPort }) => ({
        address: outer!.destination,
        mac: to,
        port: destinationPort,
      })),
    ),
    director: { address: one!.outer!.source, ...(step ? sidesOf(step) : { behind: one!.from }) },
  };
}

/** What changed a packet between two links: the machine between them, where there is one only. */
function sidesOf([before, after]: Step): InferredService['director'] {
  return isNextHop(before, after) ? { in: before.to, out: after.from } : { behind: after.from };
}

function guePortOf({ frame: { bytes } }: Crossing): number {
  const at = 14 + ipv4.headerLengthOf(bytes, 14);
  return (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function translating(steps: readonly Step[], trails: readonly Trail[]): Part {
  const [before, after] = steps[0]!;
  const snat = steps.every(([a, b]) => a.source !== b.source);
  return {
    fits: ['dnat'],
    evidence: snat ? 'both-rewritten' : 'destination-rewritten',
    frames: framesOf(steps),
    snat,
    servers: distinct(
      trails.flatMap((trail) => {
        const last = trail.at(-1)!;
        return last.destination === before.destination
          ? []
          : [{ address: last.destination, mac: last.to, port: last.destinationPort }];
      }),
    ),
    director: { ...sidesOf([before, after]), ...(snat && { address: after.source }) },
  };
}

function hiding(steps: readonly Step[]): Part {
  const [before, after] = steps[0]!;
  return {
    fits: ['nat'],
    evidence: 'source-rewritten',
    frames: framesOf(steps),
    servers: distinct(steps.map(([, b]) => ({ address: b.destination, mac: b.to, port: b.destinationPort }))),
    director: { ...sidesOf([before, after]), address: after.source },
  };
}

function proxying({ reply, own }: OwnConnections, request: Crossing): Part {
  return {
    fits: ['proxy', 'dnat'],
    evidence: 'own-connections',
    frames: [request, reply, ...own].slice(0, MOST_FRAMES).map(({ frame }) => frame),
    snat: true,
    servers: distinct(
      own.map(({ destination, to, destinationPort }) => ({
        address: destination,
        mac: to,
        port: destinationPort,
      })),
    ),
    director: { in: request.to, out: own[0]!.from, address: own[0]!.source },
  };
}

/** The packet comes through whole: it was routed, or it was handed on by MAC address alone. */
function untouched(trails: readonly Trail[], { trails: all, claims }: Observed, vip: Ipv4): Part {
  // Who a frame was for is not known where a host recorded all its devices at once.
  const lasts = trails.map((trail) => trail.at(-1)!).filter(({ to }) => to !== NO_MAC);
  if (lasts.length === 0)
    return {
      fits: trails.some((trail) => trail.length > 1) ? ['router', 'dr'] : ['router'],
      evidence: 'destination-unknown',
      frames: [trails[0]!.at(-1)!.frame],
      servers: [],
      director: {},
    };
  const replies = all.filter(([one]) => one?.source === vip);
  const repliers = new Set(replies.map(([one]) => one!.from));
  const answerers = new Set(lasts.map(({ to }) => to));
  const servers = distinct(lasts.map(({ to, destinationPort }) => ({ mac: to, port: destinationPort })));
  const director = { out: lasts[0]!.from, ...before(trails, lasts[0]!) };
  const claim = claims.find(({ address, isReply }) => address === vip && isReply);
  if (claim && !answerers.has(claim.mac))
    return {
      fits: ['dr'],
      evidence: 'vip-is-anothers',
      frames: [claim.frame, lasts[0]!.frame],
      servers,
      director: { ...director, in: claim.mac },
    };
  const forwarders = new Set(trails.flatMap((trail) => stepsOf(trail).flatMap(([a, b]) => [a.to, b.from])));
  const ends = servers.filter(({ mac }) => !forwarders.has(mac) && lasts.some(({ to }) => to === mac));
  if (ends.length > 1)
    return {
      fits: ['dr'],
      evidence: 'one-address-many-macs',
      frames: lasts.slice(0, MOST_FRAMES).map(({ frame }) => frame),
      servers: ends,
      director,
    };
  const forwarded = trails.some((trail) => trail.length > 1);
  const bypass = replies.find(([one]) => answerers.has(one!.from) && !forwarders.has(one!.to));
  if (forwarded && bypass && repliers.size > 0)
    return {
      fits: ['dr', 'router'],
      evidence: 'reply-around',
      frames: [lasts[0]!.frame, bypass[0]!.frame],
      servers,
      director,
    };
  return {
    fits: forwarded ? ['router', 'dr'] : ['router'],
    evidence: forwarded ? 'only-routed' : 'one-link',
    frames: [lasts[0]!.frame],
    servers,
    director: forwarded ? director : {},
  };
}

/** The MAC address that took in what `last` carries on. */
function before(trails: readonly Trail[], last: Crossing): { readonly in?: Mac } {
  const trail = trails.find((one) => one.length > 1 && one.at(-1)!.from === last.from);
  const previous = trail?.at(-2);
  return previous && isNextHop(previous, trail!.at(-1)!) ? { in: previous.to } : {};
}

function distinct(servers: readonly InferredServer[]): InferredServer[] {
  const key = ({ address, mac, port }: InferredServer): string =>
    `${address ?? 'mac'} ${address === undefined ? mac : ''} ${port}`;
  const seen = new Map(servers.map((one) => [key(one), one]));
  return [...seen.values()];
}
