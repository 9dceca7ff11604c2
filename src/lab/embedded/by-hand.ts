import type { PlannedTraffic } from '../topology/plan.ts';
import type { RequestOutcome } from '../traffic/request-result.ts';
import { asciiText } from '../traffic/ascii.ts';
import type { Clock } from './clock.ts';
import type { EchoAnswer } from './kernel/icmp.ts';
import type { LabNode } from './lab-node.ts';
import { requestOverTcp } from './request-client.ts';

/** What came of a ping; times in nanoseconds of the lab. */
export type PingResult =
  (EchoAnswer & { readonly timeNs: number }) | { readonly kind: 'timed-out' | 'no-route' };

export interface FetchResult {
  readonly outcome: RequestOutcome;
  /** Head and body as they came, cut after some kilobytes. */
  readonly response: string;
}

/** More of a response nobody reads in a console. */
const MOST_BYTES = 4096;

/** One echo request from a node. `number` tells it from others: 32 bits, identifier and sequence. */
export function ping(
  { kernel }: LabNode,
  clock: Clock,
  to: number,
  number: number,
  timeoutNs: number,
  done: (result: PingResult) => void,
): void {
  const sentNs = clock.now();
  const timeout = clock.after(timeoutNs, () => {
    kernel.icmp.forgetEcho(number);
    done({ kind: 'timed-out' });
  });
  const sent = kernel.icmp.echo(to, number, (answer) => {
    timeout.cancel();
    done({ ...answer, timeNs: clock.now() - sentNs });
  });
  if (sent) return;
  timeout.cancel();
  done({ kind: 'no-route' });
}

/** One HTTP request from a node, wherever it wants to go. */
export function fetchOnce(
  { kernel }: LabNode,
  clock: Clock,
  entry: PlannedTraffic,
  done: (result: FetchResult) => void,
): void {
  const bytes: number[] = [];
  requestOverTcp(
    kernel,
    clock,
    entry,
    (outcome) => done({ outcome, response: asciiText(Uint8Array.from(bytes)) }),
    (piece) => bytes.push(...piece.subarray(0, Math.max(0, MOST_BYTES - bytes.length))),
  );
}
