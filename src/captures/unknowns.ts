import type { Plan } from '../lab/topology/plan.ts';
import { formatMac, type Mac } from '../packet/address.ts';
import * as ethernet from '../packet/ethernet.ts';
import type { Point } from './placing.ts';
import { etherTypeName, isOfModels, isTagged } from './protocols.ts';
import type { CaptureSource } from './source.ts';
import type { CaptureNote } from './told.ts';

const MOST_MACS = 4;

/** What no frame can show, or is not read: capture points that are not there, frames of nobody's or of other protocols, VLAN tags, decisions. */
export function unknowns(
  plan: Plan,
  sources: readonly (CaptureSource & {
    readonly points: readonly (Point | undefined)[];
    readonly read: readonly boolean[];
  })[],
  seen: ReadonlySet<string>,
): CaptureNote[] {
  const missing = plan.nodes
    .flatMap(({ name, interfaces }) => interfaces.map(({ segment }) => `${name}.${segment}`))
    .filter((name) => !seen.has(name));
  const unplaced = sources.flatMap(({ capture, points, read }) =>
    capture.interfaces.flatMap(({ name }, index) =>
      points[index] === undefined && read[index] ? [name || '–'] : [],
    ),
  );
  const frames = sources.flatMap(({ capture, points, read }) =>
    capture.records.flatMap((record) =>
      points[record.interface] === undefined || !read[record.interface] ? [] : [record.bytes],
    ),
  );
  const tagged = frames.filter(isTagged).length;
  const others = frames.filter((bytes) => !isOfModels(bytes) && !isTagged(bytes)).map(etherTypeName);
  const strangers = strangersOf(plan, frames);
  const macs = strangers.macs.slice(0, MOST_MACS).map(formatMac).join(', ');
  const note = (isSo: boolean, code: string, params: CaptureNote['params']): CaptureNote[] =>
    isSo ? [{ code, params }] : [];
  return [
    ...note(true, 'unknown-decisions', {}),
    ...note(missing.length > 0, 'unknown-points', { points: missing.join(', ') }),
    ...note(unplaced.length > 0, 'unknown-interfaces', { interfaces: unplaced.join(', ') }),
    ...note(strangers.frames > 0, 'unknown-macs', {
      frames: strangers.frames,
      macs: strangers.macs.length > MOST_MACS ? `${macs}, …` : macs,
    }),
    ...note(others.length > 0, 'unknown-protocols', { frames: others.length, protocols: counted(others) }),
    ...note(tagged > 0, 'unknown-vlan', { frames: tagged }),
  ];
}

/** `IPv6 (2), LLDP (1)`: the most frequent first. */
function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} (${count})`)
    .join(', ');
}

/** Frames of IPv4 and ARP between MAC addresses that no node has. */
function strangersOf(
  plan: Plan,
  frames: readonly Uint8Array[],
): { readonly frames: number; readonly macs: readonly Mac[] } {
  const known = new Set(plan.nodes.flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac)));
  const macs = new Set<Mac>();
  let count = 0;
  for (const bytes of frames) {
    if (!isOfModels(bytes)) continue;
    let isStrangers = false;
    for (const mac of [ethernet.sourceOf(bytes, 0), ethernet.destinationOf(bytes, 0)]) {
      if (known.has(mac) || !isUnicast(mac)) continue;
      macs.add(mac);
      isStrangers = true;
    }
    if (isStrangers) count++;
  }
  return { frames: count, macs: [...macs] };
}

function isUnicast(mac: Mac): boolean {
  return Math.floor(mac / 2 ** 40) % 2 === 0;
}
