import { expectedDelay, Least } from './least.ts';
import type { SchedulerKind } from './scheduler.ts';
import { sharesByWeight } from './weights.ts';

/** Never queue: the first idle server at once, else as sed (ip_vs_nq.c). */
export const nq: SchedulerKind = {
  make: () => new Least('nq', expectedDelay, { weighted: true, idleFirst: true }),
  hasFlags: false,
  shares: sharesByWeight,
};
