/** How moments are shown. `delta`: since the row before it in the same packet or flow. */
export type TimeMode = 'relative' | 'absolute' | 'delta';

/** A length of time in the unit that suits it: `0.12 ms`, `2.1 s`. */
export function formatDuration(ns: number): string {
  const ms = ns / 1e6;
  if (ms < 0.1) return `${(ns / 1e3).toFixed(0)} µs`;
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  return `${(ms / 1000).toFixed(2)} s`;
}

/** A moment: since the start, since `before` (in milliseconds unless it says `s`), or of the day. `startedAt` is ISO with nine decimals. */
export function formatMoment(ns: number, mode: TimeMode, startedAt: string, beforeNs: number): string {
  switch (mode) {
    case 'relative':
      return (ns / 1e9).toFixed(6);
    case 'delta':
      return ns - beforeNs < 1e9
        ? `+${((ns - beforeNs) / 1e6).toFixed(2)}`
        : `+${((ns - beforeNs) / 1e9).toFixed(2)} s`;
    case 'absolute':
      return timeOfDay(ns, startedAt);
  }
}

function timeOfDay(ns: number, startedAt: string): string {
  const startMs = Date.parse(startedAt.replace(/(\.\d{3})\d*/, '$1'));
  if (Number.isNaN(startMs)) return (ns / 1e9).toFixed(6);
  const below = Number(/\.\d{3}(\d*)/.exec(startedAt)?.[1]?.padEnd(6, '0').slice(0, 6) ?? 0);
  const total = below + ns;
  const ms = startMs + Math.floor(total / 1e6);
  const micros = Math.floor((total % 1e6) / 1e3);
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const three = (value: number) => String(value).padStart(3, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${clock}.${three(date.getMilliseconds())}${three(micros)}`;
}
