import { connectionOverhead, Least } from './least.ts';
import type { Scheduler } from './scheduler.ts';

/** Least connections per weight (ip_vs_wlc.c). */
export function makeWlc(): Scheduler {
  return new Least('wlc', connectionOverhead, { weighted: true, idleFirst: false });
}
