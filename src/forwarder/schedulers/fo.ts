import { Heaviest } from './heaviest.ts';
import type { SchedulerKind } from './scheduler.ts';

/** Weighted failover: all to the server with the largest weight, as long as it is there (ip_vs_fo.c). */
export const fo: SchedulerKind = {
  make: () => new Heaviest('fo', () => true),
  hasFlags: false,
  shares: (weights) => {
    const largest = Math.max(0, ...weights);
    return largest > 0 ? weights.map((_, i) => (i === weights.indexOf(largest) ? 1 : 0)) : undefined;
  },
};
