import type { Flow } from './report.ts';

/** Which flows are unfolded where all would be too many: the first of each outcome in each epoch. By number. */
export function openedFlows(flows: readonly Flow[], full: boolean): ReadonlySet<number> {
  const outcomes = new Set<string>();
  const opened = new Set<number>();
  for (const { id, kind, partial, epoch, outcome } of flows) {
    const one = `${epoch} ${outcome.kind}`;
    if (!full && (kind === 'arp' || kind === 'vrrp' || kind === 'probe' || partial || outcomes.has(one)))
      continue;
    outcomes.add(one);
    opened.add(id);
  }
  return opened;
}
