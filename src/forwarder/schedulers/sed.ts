import { expectedDelay, Least } from './least.ts';
import type { SchedulerKind } from './scheduler.ts';
import { sharesByWeight } from './weights.ts';

/** Shortest expected delay (ip_vs_sed.c). */
export const sed: SchedulerKind = {
  make: () => new Least('sed', expectedDelay, { weighted: true, idleFirst: false }),
  hasFlags: false,
  shares: sharesByWeight,
};
