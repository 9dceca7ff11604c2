import { connectionOverhead, Least } from './least.ts';
import type { Scheduler } from './scheduler.ts';

/** Least connections, whatever the weights (ip_vs_lc.c). */
export function makeLc(): Scheduler {
  return new Least('lc', connectionOverhead, { weighted: false, idleFirst: false });
}
