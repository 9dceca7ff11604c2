/** Milliseconds that `Date.now` may fall behind what was known before the clock counts as set back. */
const SET_BACK_MS = 2;

/**
 * A clock of CLOCK_REALTIME, finer than `Date.now`, in nanoseconds as text: a number cannot hold them exactly. It is never ahead
 * of the machine's: what a kernel stamps after a reading is later than that. By how much the monotonic clock is behind is
 * learned from `Date.now`, which cuts off what is less than a millisecond. Node's own `performance.timeOrigin` will not do: a
 * process that stands still while it starts has one that is wrong by as long.
 */
export function realtimeClock(date: () => number, monotonic: () => number): () => string {
  let behind = -Infinity;
  const sample = (): number => date() - monotonic();
  return () => {
    let seen = sample();
    // Standing still between the two looks like it: not three times more.
    if (seen < behind - SET_BACK_MS) seen = Math.max(sample(), sample(), sample());
    if (seen > behind || seen < behind - SET_BACK_MS) behind = seen;
    const ms = behind + monotonic();
    const whole = Math.floor(ms);
    return String(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)));
  };
}

/** Of this machine. */
export const realtimeNs = realtimeClock(
  () => Date.now(),
  () => performance.now(),
);

// Until `Date.now` has moved on: then it is known to microseconds.
for (const until = Date.now() + 2; Date.now() < until;) realtimeNs();
