import type { Plan } from '../lab/topology/plan.ts';
import { formatMac, type Mac } from '../packet/address.ts';
import type { Capture } from '../packet/capture.ts';
import * as ethernet from '../packet/ethernet.ts';
import type { Cli } from './cli.ts';
import { etherTypeName, isOfModels, isTagged } from './ether-type-names.ts';

const MOST_MACS = 4;

/** What no frame can show, or is not read: capture points that are not there, frames of nobody's or of other protocols, VLAN tags, decisions. */
export function unknowns(
  { translate, paint }: Cli,
  plan: Plan,
  points: readonly (object | undefined)[],
  seen: ReadonlySet<string>,
  { interfaces, records }: Capture,
): string[] {
  const missing = plan.nodes
    .flatMap(({ name, interfaces }) => interfaces.map(({ segment }) => `${name}.${segment}`))
    .filter((name) => !seen.has(name));
  const unplaced = interfaces.flatMap(({ name }, index) =>
    points[index] === undefined ? [name || '–'] : [],
  );
  const frames = records.flatMap((record) => (points[record.interface] === undefined ? [] : [record.bytes]));
  const tagged = frames.filter(isTagged).length;
  const others = frames.filter((bytes) => !isOfModels(bytes) && !isTagged(bytes)).map(etherTypeName);
  const strangers = strangersOf(plan, frames);
  const macs = strangers.macs.slice(0, MOST_MACS).map(formatMac).join(', ');
  const lines = [
    translate('cli.unknown-decisions'),
    ...(missing.length > 0 ? [translate('cli.unknown-points', { points: missing.join(', ') })] : []),
    ...(unplaced.length > 0
      ? [translate('cli.unknown-interfaces', { interfaces: unplaced.join(', ') })]
      : []),
    ...(strangers.frames > 0
      ? [
          translate('cli.unknown-macs', {
            frames: strangers.frames,
            macs: strangers.macs.length > MOST_MACS ? `${macs}, …` : macs,
          }),
        ]
      : []),
    ...(others.length > 0
      ? [translate('cli.unknown-protocols', { frames: others.length, protocols: counted(others) })]
      : []),
    ...(tagged > 0 ? [translate('cli.unknown-vlan', { frames: tagged })] : []),
  ];
  return ['', paint('heading', translate('cli.unknown')), ...lines.map((line) => `  ${line}`)];
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
