/** CLOCK_REALTIME in nanoseconds, as text: a number cannot hold it exactly. */
export function realtimeNs(): string {
  const ms = performance.timeOrigin + performance.now();
  const whole = Math.floor(ms);
  return String(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)));
}
