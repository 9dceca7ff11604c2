import { Heaviest } from './heaviest.ts';
import type { SchedulerKind } from './scheduler.ts';

/**
 * Overflow: all to the server with the largest weight until it has more active connections than its weight, then to the
 * next; none when all are full (ip_vs_ovf.c).
 */
export const ovf: SchedulerKind = {
  make: () => new Heaviest('ovf', ({ active, weight }) => active <= weight),
  hasFlags: false,
  shares: () => undefined,
};
