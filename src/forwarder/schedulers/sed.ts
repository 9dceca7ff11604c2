import { expectedDelay, Least } from './least.ts';
import type { Scheduler } from './scheduler.ts';

/** Shortest expected delay (ip_vs_sed.c). */
export function makeSed(): Scheduler {
  return new Least('sed', expectedDelay, { weighted: true, idleFirst: false });
}
