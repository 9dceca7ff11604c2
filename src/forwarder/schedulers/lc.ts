import { connectionOverhead, Least } from './least.ts';
import type { SchedulerKind } from './scheduler.ts';
import { evenShares } from './weights.ts';

/** Least connections, whatever the weights (ip_vs_lc.c). */
export const lc: SchedulerKind = {
  make: () => new Least('lc', connectionOverhead, { weighted: false, idleFirst: false }),
  hasFlags: false,
  shares: evenShares,
};
