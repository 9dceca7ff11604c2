import type { SchedulerName } from '../config.ts';
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

const SCHEDULERS: Readonly<Record<SchedulerName, () => Scheduler>> = {
  rr: () => new Rr(),
  wrr: () => new Wrr(),
  lc: makeLc,
  wlc: makeWlc,
  sed: makeSed,
  nq: makeNq,
  sh: () => new Sh(),
  dh: () => new Dh(),
  mh: () => new Mh(),
};

export function makeScheduler(name: SchedulerName): Scheduler {
  return SCHEDULERS[name]();
}
