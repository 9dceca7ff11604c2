import { expectedDelay, Least } from './least.ts';
import type { Scheduler } from './scheduler.ts';

/** Never queue: the first idle server at once, else as sed (ip_vs_nq.c). */
export function makeNq(): Scheduler {
  return new Least('nq', expectedDelay, { weighted: true, idleFirst: true });
}
