import type { Plan } from '../lab/topology/plan.ts';
import { formatMac, NO_MAC, type Mac } from '../packet/address.ts';
import * as ethernet from '../packet/ethernet.ts';
import { clockNotes } from './common-clock.ts';
import type { Collected, PlainFrame } from './collect.ts';
import type { FrameEvents } from './frame-events.ts';
import { macsOf, nameOf, pointsOf } from './point.ts';
import { isUnicast } from './port.ts';
import type { CaptureSource } from './source.ts';
import { eachOf, type Steps } from './steps.ts';
import type { CaptureNote } from './told.ts';

const MOST_MACS = 4;

/** What no frame can show, or is not read, and what was made of frames before they were told. */
export function* unknowns(
  plan: Plan,
  seenPlan: Plan,
  sources: readonly CaptureSource[],
  { frames, ports, filled, noEthernet }: Collected,
  { duplicates, cut, clocks, events }: FrameEvents,
  seen: ReadonlySet<string>,
): Steps<CaptureNote[]> {
  const missing = pointsOf(plan)
    .map(nameOf)
    .filter((name) => !seen.has(name));
  const placed = ports.filter(({ point }) => point !== undefined);
  const isSeveral = sources.length > 1;
  const mirrors = ports.filter(({ mirror }) => mirror !== undefined);
  const unplaced = ports.flatMap(({ point, mirror, label, name, source }) =>
    point !== undefined || mirror !== undefined
      ? []
      : [isSeveral ? `${sources[source]!.name}:${label}` : name || '–'],
  );
  const others = new Map<string, number>();
  for (const port of placed)
    for (const [name, count] of port.others) others.set(name, (others.get(name) ?? 0) + count);
  const broadcast = sum(placed.map(({ groups }) => groups.broadcast));
  const multicast = sum(placed.map(({ groups }) => groups.multicast));
  const groups = new Map<string, number>();
  for (const port of placed)
    for (const [name, count] of port.groupNames) groups.set(name, (groups.get(name) ?? 0) + count);
  const untold = frames.filter(isUntold).length;
  const tagged = sum(placed.map((port) => port.tagged));
  const cooked = sum(noEthernet);
  const drops = events.flatMap((event) => (event.kind === 'loss' ? [event] : []));
  const taken = pointsOf(seenPlan).filter(({ mac }, index) => mac !== pointsOf(plan)[index]!.mac);
  const several = pointsOf(seenPlan).filter(({ otherMacs }) => otherMacs !== undefined);
  const strangers = yield* strangersOf(seenPlan, frames);
  const note = (count: number, code: string, params: CaptureNote['params']): CaptureNote[] =>
    count > 0 ? [{ code, params }] : [];
  return [
    { code: 'unknown-decisions', params: {} },
    ...note(missing.length, 'unknown-points', { points: missing.join(', ') }),
    ...note(unplaced.length, 'unknown-interfaces', { interfaces: unplaced.join(', ') }),
    ...mirrors.map(({ mirror, source, frames: count }) => ({
      code: 'mirrored',
      params: { file: sources[source]!.name, segment: mirror!, count },
    })),
    ...note(strangers.frames, 'unknown-macs', { count: strangers.frames, macs: few(strangers.macs) }),
    ...note(taken.length, 'seen-macs', {
      macs: taken.map((point) => `${nameOf(point)} ${formatMac(point.mac)}`).join(', '),
    }),
    ...note(several.length, 'other-macs', {
      macs: several.map((point) => `${nameOf(point)} ${few(point.otherMacs!)}`).join(', '),
    }),
    ...note(others.size, 'unknown-protocols', {
      count: sum([...others.values()]),
      protocols: counted(others),
    }),
    ...note(untold, 'cooked', { count: untold }),
    ...note(broadcast + multicast, 'groups', {
      count: broadcast + multicast,
      broadcast,
      multicast,
      protocols: counted(groups),
    }),
    ...note(tagged, 'untagged', { count: tagged }),
    ...note(cooked, 'no-ethernet', { count: cooked }),
    ...note(drops.length, 'dropped', {
      count: sum(drops.map((loss) => loss.frames)),
      points: [...new Set(drops.map(nameOf))].join(', '),
    }),
    ...clockNotes(clocks),
    ...note(duplicates, 'duplicates', { count: duplicates }),
    ...note(cut, 'segmented', { count: cut }),
    ...note(filled, 'checksums', { count: filled }),
  ];
}

/** A cooked capture has no destination of what the host sent. */
function isUntold({ bytes, direction, port }: PlainFrame): boolean {
  if (port.point === undefined || direction !== 'out' || bytes.length < ethernet.HEADER_LENGTH) return false;
  return ethernet.destinationOf(bytes, 0) === NO_MAC;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function few(macs: readonly Mac[]): string {
  const shown = macs.slice(0, MOST_MACS).map(formatMac).join(', ');
  return macs.length > MOST_MACS ? `${shown}, …` : shown;
}

/** `IPv6 (2), LLDP (1)`: the most frequent first. */
function counted(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} (${count})`)
    .join(', ');
}

/** Frames between MAC addresses that no node has. */
function* strangersOf(
  plan: Plan,
  frames: readonly PlainFrame[],
): Steps<{ readonly frames: number; readonly macs: readonly Mac[] }> {
  const known = new Set([...pointsOf(plan).flatMap(macsOf), NO_MAC]);
  const macs = new Set<Mac>();
  let count = 0;
  yield* eachOf(frames, ({ bytes, port }) => {
    if ((port.point === undefined && port.mirror === undefined) || bytes.length < ethernet.HEADER_LENGTH)
      return;
    let isStrangers = false;
    for (const mac of [ethernet.sourceOf(bytes, 0), ethernet.destinationOf(bytes, 0)]) {
      if (known.has(mac) || !isUnicast(mac)) continue;
      macs.add(mac);
      isStrangers = true;
    }
    if (isStrangers) count++;
  });
  return { frames: count, macs: [...macs] };
}
