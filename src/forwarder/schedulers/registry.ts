import type { SchedulerFlag, SchedulerName } from '../config.ts';
import { Dh } from './dh.ts';
import { makeLc } from './lc.ts';
import { Mh } from './mh.ts';
import { makeNq } from './nq.ts';
import { Rr } from './rr.ts';
import type { Scheduler } from './scheduler.ts';
import { makeSed } from './sed.ts';
import { Sh } from './sh.ts';
import { makeWlc } from './wlc.ts';
import { Wrr } from './wrr.ts';

const SCHEDULERS: Readonly<Record<SchedulerName, (flags: readonly SchedulerFlag[]) => Scheduler>> = {
  rr: () => new Rr(),
  wrr: () => new Wrr(),
  lc: makeLc,
  wlc: makeWlc,
  sed: makeSed,
  nq: makeNq,
  sh: (flags) => new Sh(flags),
  dh: () => new Dh(),
  mh: (flags) => new Mh(flags),
};

/** Those that do not hash sources have no flags. */
export function makeScheduler(name: SchedulerName, flags: readonly SchedulerFlag[] = []): Scheduler {
  return SCHEDULERS[name](flags);
}
