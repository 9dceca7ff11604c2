import { schedulers, type SchedulerName } from '../forwarder/schedulers/registry.ts';
import type { SchedulerKind } from '../forwarder/schedulers/scheduler.ts';

/** The schedulers by name, and what there is to choose of each. */
export const choices: Readonly<Record<SchedulerName, Pick<SchedulerKind, 'hasFlags' | 'tableSizes'>>> =
  schedulers;

export const schedulerNames = Object.keys(choices) as readonly SchedulerName[];
