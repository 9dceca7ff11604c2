import { dh } from './dh.ts';
import { fo } from './fo.ts';
import { lc } from './lc.ts';
import { mh } from './mh.ts';
import { nq } from './nq.ts';
import { ovf } from './ovf.ts';
import { rr } from './rr.ts';
import type { SchedulerKind } from './scheduler.ts';
import { sed } from './sed.ts';
import { sh } from './sh.ts';
import { wlc } from './wlc.ts';
import { wrr } from './wrr.ts';

/** Every scheduler by its name, in the order in which they are offered. */
export const schedulers = {
  rr,
  wrr,
  lc,
  wlc,
  sed,
  nq,
  sh,
  dh,
  mh,
  fo,
  ovf,
} satisfies Readonly<Record<string, SchedulerKind>>;

export type SchedulerName = keyof typeof schedulers;
