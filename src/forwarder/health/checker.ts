/**
 * The health check of one server: the state machine of keepalived's checkers. It has no clock and sends nothing: a step
 * takes the time and what happened, and gives the next state and what is to be done. Times are milliseconds on one
 * monotonic clock, fractions allowed.
 */

export interface CheckTiming {
  /** From the end of one probe to the next one (keepalived: `delay_loop`). */
  readonly interval: number;
  /** So many more probes have to fail after the first one (`retry`). */
  readonly retry: number;
  /** Until each of these (`delay_before_retry`). */
  readonly retryDelay: number;
  /** How long a probe may take (`connect_timeout`). */
  readonly timeout: number;
}

export const probeResults = ['answered', 'refused', 'unreachable', 'timed-out', 'wrong-status'] as const;

/** How a probe ended; all but `answered` are failures. */
export type ProbeResult = (typeof probeResults)[number];

export interface CheckerState {
  /** As keepalived without `alpha`: a server is up until a probe fails. */
  readonly isUp: boolean;
  /** A probe has ended: the first one that fails is enough, whatever `retry` says (check_http.c, `timeout_epilog`). */
  readonly hasRun: boolean;
  /** Probes that failed since one was answered; while the server is down they are not counted. */
  readonly failures: number;
  /** A probe is under way since `at`, or is due then. */
  readonly is: 'waiting' | 'probing';
  readonly at: number;
}

export type CheckerInput =
  /** Something may be due. */
  | { readonly on: 'time' }
  /** Of the probe under way. */
  | { readonly on: 'result'; readonly result: ProbeResult };

export type CheckerAction =
  | { readonly do: 'probe' }
  /** Nobody waits for the probe any more. */
  | { readonly do: 'abandon' }
  | { readonly do: 'up' }
  | { readonly do: 'down'; readonly how: ProbeResult; readonly failures: number };

export interface CheckerStep {
  readonly state: CheckerState;
  readonly actions: readonly CheckerAction[];
}

const NOTHING: readonly CheckerAction[] = [];

/** @param firstAt When the first probe is due. keepalived takes a random time within the interval (`warmup`). */
export function beginChecking(firstAt: number): CheckerState {
  return { isUp: true, hasRun: false, failures: 0, is: 'waiting', at: firstAt };
}

export function checkerStep(
  timing: CheckTiming,
  state: CheckerState,
  input: CheckerInput,
  now: number,
): CheckerStep {
  if (input.on === 'result')
    return state.is === 'probing' ? take(timing, state, input.result, now) : { state, actions: NOTHING };
  if (now < checkerDeadline(timing, state)) return { state, actions: NOTHING };
  if (state.is === 'waiting')
    return { state: { ...state, is: 'probing', at: now }, actions: [{ do: 'probe' }] };
  const { state: next, actions } = take(timing, state, 'timed-out', now);
  return { state: next, actions: [{ do: 'abandon' }, ...actions] };
}

/** When `time` is to be given next. */
export function checkerDeadline({ timeout }: CheckTiming, { is, at }: CheckerState): number {
  return is === 'waiting' ? at : at + timeout;
}

function take(timing: CheckTiming, state: CheckerState, result: ProbeResult, now: number): CheckerStep {
  const { interval, retry, retryDelay } = timing;
  const wait = (delay: number, isUp: boolean, failures: number): CheckerState => ({
    ...{ isUp, failures, hasRun: true },
    ...{ is: 'waiting', at: now + delay },
  });
  if (result === 'answered')
    return { state: wait(interval, true, 0), actions: state.isUp ? NOTHING : [{ do: 'up' }] };
  // A server that is known to be down is not asked again sooner.
  if (!state.isUp) return { state: wait(interval, false, 0), actions: NOTHING };
  const failures = state.failures + 1;
  if (state.hasRun && failures <= retry) return { state: wait(retryDelay, true, failures), actions: NOTHING };
  return { state: wait(interval, false, 0), actions: [{ do: 'down', how: result, failures }] };
}
