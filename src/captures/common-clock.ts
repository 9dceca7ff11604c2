import { estimateClocks } from './clocks/estimate-clocks.ts';
import { onCommonClock, type HostClock } from './clocks/host-clock.ts';
import { ownTimesOf } from './clocks/own-times.ts';
import { findPairs, type ClockPair, type Sighting } from './clocks/pairs.ts';
import type { Steps } from './steps.ts';
import type { CaptureNote } from './told.ts';

/** A sighting, and in which file and interface it stands. */
export interface Recorded extends Sighting {
  readonly source: number;
  readonly port: number;
}

export interface CommonTimes {
  /** Of each sighting. */
  readonly times: readonly bigint[];
  /** Of each host; none where all agree as they are. */
  readonly clocks: readonly HostClock[];
}

/**
 * Times of all hosts on one clock. Where no packet arrives before it was sent and nothing was set by hand, clocks are left as
 * they are.
 * @param recorded File by file, each in the file's order.
 * @param hosts All there may be: where nothing is given, the clock of the first that recorded something is the common one.
 * @param given What is added to a host's clock, by hand.
 */
export function* onOneClock(
  hosts: readonly string[],
  recorded: readonly Recorded[],
  given: ReadonlyMap<string, bigint>,
): Steps<CommonTimes> {
  const times = recorded.map(({ timeNs }) => timeNs);
  const places = new Map<string, number[]>();
  for (const [index, { host }] of recorded.entries()) {
    const own = places.get(host);
    if (own) own.push(index);
    else places.set(host, [index]);
  }
  if (places.size < 2 && given.size === 0) return { times, clocks: [] };
  const breaks = new Map<string, bigint[]>();
  for (const [host, own] of places) {
    breaks.set(host, unfold(recorded, own, times));
    yield 0;
  }
  const pairs = yield* findPairs(sightings(recorded, times), recorded.length);
  const isSet = [...breaks.values()].some((list) => list.length > 0);
  if (given.size === 0 && !isSet && pairs.every(isForward)) return { times, clocks: [] };
  const recording = hosts.flatMap((name) => {
    const own = places.get(name);
    return own ? [{ name, times: own.map((index) => times[index]!), breaks: breaks.get(name)! }] : [];
  });
  yield 1;
  const clocks = estimateClocks(recording, pairs, given);
  yield 1;
  for (const clock of clocks)
    for (const index of places.get(clock.host)!) times[index] = onCommonClock(clock, times[index]!);
  return { times, clocks };
}

function isForward({ sentNs, receivedNs }: ClockPair): boolean {
  return receivedNs >= sentNs;
}

function* sightings(recorded: readonly Recorded[], times: readonly bigint[]): Generator<Sighting> {
  for (const [index, { host, direction, bytes }] of recorded.entries())
    yield { host, timeNs: times[index]!, direction, bytes };
}

/** Writes into `times` what the host's clock would have told had nobody set it back. @returns When that was. */
function unfold(recorded: readonly Recorded[], own: readonly number[], times: bigint[]): bigint[] {
  const sources = new Set(own.map((index) => recorded[index]!.source));
  return [...sources].flatMap((source) => {
    const places = own.filter((index) => recorded[index]!.source === source);
    const told = ownTimesOf(
      places.map((index) => times[index]!),
      places.map((index) => recorded[index]!.port),
    );
    for (const [at, index] of places.entries()) times[index] = told.times[at]!;
    return told.breaks;
  });
}

/** Where a clock is bounded on one side only, or not at all, it is taken to be wrong by no more than this. */
const WRONG_AT_MOST_NS = 1e9;

/**
 * By how much the clocks of hosts may be wrong, either way.
 * @param mirrored Hosts some of whose frames have the time of another recorder, by that one.
 */
export function clockErrors(
  clocks: readonly HostClock[],
  mirrored: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, number> {
  const errors = new Map(clocks.map(({ host, halfWidthNs }) => [host, halfWidthNs ?? WRONG_AT_MOST_NS]));
  for (const [recorder, nodes] of mirrored)
    for (const node of nodes)
      if (errors.has(recorder)) errors.set(node, Math.max(errors.get(node) ?? 0, errors.get(recorder)!));
  return errors;
}

/** What is said of clocks that were moved. */
export function clockNotes(clocks: readonly HostClock[]): CaptureNote[] {
  const moved = movedClocks(clocks);
  const unknown = clocks.filter(({ bound }) => bound === 'unknown');
  return [
    ...(moved.length > 0 ? [{ code: 'clocks', params: { clocks: moved.join(', ') } }] : []),
    ...(unknown.length > 0
      ? [{ code: 'clocks-unknown', params: { hosts: unknown.map(({ host }) => host).join(', ') } }]
      : []),
  ];
}

/** Hosts whose times were moved: by how much, and how sure that is. */
export function movedClocks(clocks: readonly HostClock[]): string[] {
  return clocks
    .filter(({ bound, pieces }) => bound !== 'unknown' && pieces.some(({ addNs }) => addNs !== 0n))
    .map(clockText);
}

const SIGNS = { 'at-most': '≤ ', 'at-least': '≥ ' } as const;

/** `rs1 +0.300000 ms ± 0.050000 ms`; what was set, or drifts, is told by its pieces. */
function clockText({ host, pieces, halfWidthNs, bound }: HostClock): string {
  const sign = bound === 'at-most' || bound === 'at-least' ? SIGNS[bound] : '';
  const values = pieces.map(({ addNs, rate }) => {
    const drift = Math.abs(rate) < 1e-9 ? '' : ` (${(rate * 1e6).toFixed(3)} ppm)`;
    return `${addNs < 0n ? '−' : '+'}${milliseconds(addNs < 0n ? -addNs : addNs)}${drift}`;
  });
  const width =
    halfWidthNs === undefined || halfWidthNs === 0 ? '' : ` ± ${milliseconds(BigInt(halfWidthNs))}`;
  return `${host} ${sign}${values.join(' → ')}${width}`;
}

function milliseconds(timeNs: bigint): string {
  return `${timeNs / 1_000_000n}.${String(timeNs % 1_000_000n).padStart(6, '0')} ms`;
}
