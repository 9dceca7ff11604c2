import { connectionOverhead, Least } from './least.ts';
import type { SchedulerKind } from './scheduler.ts';
import { sharesByWeight } from './weights.ts';

/** Least connections per weight (ip_vs_wlc.c). */
export const wlc: SchedulerKind = {
  make: () => new Least('wlc', connectionOverhead, { weighted: true, idleFirst: false }),
  hasFlags: false,
  shares: sharesByWeight,
};
