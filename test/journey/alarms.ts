import type { ProblemCode } from '../../src/lab/topology/problem-codes.ts';

/** Warnings that say that a packet will not arrive, or not come back. */
export const alarms: readonly ProblemCode[] = [
  'missing-gateway',
  'gateway-nobody',
  'no-path',
  'no-path-back',
  'vip-unreachable',
  'dnat-gateway',
  'dnat-same-segment',
];
