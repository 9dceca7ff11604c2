import type { PlannedTraffic } from '../topology/plan.ts';

export type RequestOutcome =
  | 'answered'
  /** Reset, or a datagram answered by an ICMP error. */
  | 'refused'
  | 'timed-out'
  /** No route, no neighbour, or ICMP said so. */
  | 'unreachable'
  /** The source port is taken. */
  | 'port-in-use';

/** How one request ended. Times are the lab's. */
export interface RequestResult {
  readonly entry: PlannedTraffic;
  readonly startNs: number;
  readonly endNs: number;
  readonly outcome: RequestOutcome;
}
