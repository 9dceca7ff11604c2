import type { Ipv4 } from '../../packet/address.ts';
import type { PlannedTraffic } from '../topology/plan.ts';
import type { RequestEnd } from '../events.ts';
import { asciiText } from '../traffic/ascii.ts';
import type { Clock } from './clock.ts';
import type { EchoAnswer } from './kernel/pings.ts';
import type { LabNode } from './lab-node.ts';
import { PING_BYTES, requestOverTcp } from './request-client.ts';

/** What came of a ping; times in nanoseconds of the lab. */
export type PingResult =
  (EchoAnswer & { readonly timeNs: number }) | { readonly kind: 'timed-out' | 'no-route' };

export interface FetchResult {
  readonly outcome: RequestEnd['outcome'];
  /** Head and body as they came, cut after some kilobytes. */
  readonly response: string;
}

/** More of a response nobody reads in a console. */
const MOST_BYTES = 4096;

/** One echo request from a node. */
export function ping(
  { kernel }: LabNode,
  clock: Clock,
  to: Ipv4,
  sequence: number,
  timeoutNs: number,
  done: (result: PingResult) => void,
): void {
  const sentNs = clock.now();
  const finish = (result: PingResult) => {
    timeout.cancel();
    if (identifier !== undefined) kernel.pings.release(identifier);
    done(result);
  };
  const timeout = clock.after(timeoutNs, () => finish({ kind: 'timed-out' }));
  const identifier = kernel.pings.bind((answer) => finish({ ...answer, timeNs: clock.now() - sentNs }));
  const data = Uint8Array.from({ length: PING_BYTES }, (_, at) => at);
  if (identifier === undefined || !kernel.pings.send(to, identifier, sequence & 0xffff, data))
    finish({ kind: 'no-route' });
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
    { entry },
    ({ outcome }) => done({ outcome, response: asciiText(Uint8Array.from(bytes)) }),
    (piece) => bytes.push(...piece.subarray(0, Math.max(0, MOST_BYTES - bytes.length))),
  );
}
