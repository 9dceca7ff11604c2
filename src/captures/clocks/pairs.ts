import { AT_ONCE, type Steps } from '../steps.ts';
import { survivorsOf } from './survivors.ts';

/** One packet, seen leaving one host and arriving at another; each time by the clock of its host. */
export interface ClockPair {
  readonly from: string;
  readonly sentNs: bigint;
  readonly to: string;
  readonly receivedNs: bigint;
}

/** A frame that a host recorded. */
export interface Sighting {
  readonly host: string;
  /** By the host's own clock. */
  readonly timeNs: bigint;
  readonly direction: 'in' | 'out';
  /** An Ethernet II frame without tags, padding and check sequence. */
  readonly bytes: Uint8Array;
}

/** Packets that are looked at; of more, the same part at every host. */
const MOST = 200_000;

/** Where a packet was seen, at most once each way; `undefined` where it was seen more often. */
interface Seen {
  in?: { readonly timeNs: bigint; readonly ttl: number } | undefined;
  out?: { readonly timeNs: bigint; readonly ttl: number } | undefined;
}

/**
 * The pairs that sightings of several hosts make, also over hosts in between that recorded nothing. A packet is the same
 * by what the way leaves alone. What was seen twice at one host in one direction (a retransmission with the same IP id, or a
 * way that comes by twice) makes no pair there, and neither does what may have gone either way.
 * @param count How many sightings there are: of many, a part of the packets is enough.
 */
export function* findPairs(sightings: Iterable<Sighting>, count: number): Steps<ClockPair[]> {
  const share = Math.max(1, Math.ceil(count / MOST));
  const packets = new Map<number, Map<string, Seen>>();
  let looked = 0;
  for (const { host, timeNs, direction, bytes } of sightings) {
    if (++looked % AT_ONCE === 0) yield looked / count;
    const survivors = survivorsOf(bytes);
    if (survivors === undefined || survivors.key % share !== 0) continue;
    const { key, ttl } = survivors;
    let byHost = packets.get(key);
    if (byHost === undefined) packets.set(key, (byHost = new Map<string, Seen>()));
    let seen = byHost.get(host);
    if (seen === undefined) byHost.set(host, (seen = {}));
    seen[direction] = direction in seen ? undefined : { timeNs, ttl };
  }
  const pairs: ClockPair[] = [];
  for (const byHost of packets.values()) {
    if (byHost.size < 2) continue;
    for (const [from, left] of byHost) {
      if (left.out === undefined) continue;
      for (const [to, reached] of byHost) {
        if (from === to || reached.in === undefined || !canFollow(left, reached)) continue;
        pairs.push({ from, sentNs: left.out.timeNs, to, receivedNs: reached.in.timeNs });
      }
    }
  }
  return pairs;
}

/** Whether the packet went from the one to the other, and cannot have gone back: a director need not count a TTL down. */
function canFollow(left: Seen, reached: Seen): boolean {
  if (left.out!.ttl < reached.in!.ttl) return false;
  // Seen more than once each way it passed twice, and which was first is not known.
  if (passedOften(left) || passedOften(reached)) return false;
  return !(reached.out && left.in && reached.out.ttl >= left.in.ttl);
}

function passedOften(seen: Seen): boolean {
  return ('in' in seen && seen.in === undefined) || ('out' in seen && seen.out === undefined);
}
