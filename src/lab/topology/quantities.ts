import type { PortRange } from '../../forwarder/config.ts';

/** Nanoseconds from `1s`, `200ms`, `50 µs`, `1.5m`; a bare number only when it is 0. Undefined when it is none of these. */
export function parseDuration(written: string | number): number | undefined {
  if (written === 0 || written === '0') return 0;
  const match = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|μs|ms|s|m|min|h)$/.exec(String(written).trim());
  if (!match) return undefined;
  const nanoseconds = Math.round(Number(match[1]) * (nanosecondsIn[match[2]!] ?? NaN));
  return nanoseconds <= LONGEST_NS ? nanoseconds : undefined;
}

/** Bytes from `1500`, `100KB`, `64KiB`, `1 MB`. Undefined when it is none of these, is not whole, or is above 1 GB. */
export function parseSize(written: string | number): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(b|bytes?|kb|kib|mb|mib|gb)?$/i.exec(String(written).trim());
  if (!match) return undefined;
  const bytes = Number(match[1]) * (bytesIn[(match[2] ?? 'b').toLowerCase()] ?? NaN);
  return Number.isInteger(bytes) && bytes <= LARGEST_BYTES ? bytes : undefined;
}

/** A share from 0 to 1, from `0.25` or `25%`. */
export function parseProbability(written: string | number): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(%)?$/.exec(String(written).trim());
  if (!match) return undefined;
  const share = match[2] ? Number(match[1]) / 100 : Number(match[1]);
  return share <= 1 ? share : undefined;
}

/** Ports from `40000-40999`, or one port alone; 1 to 65535, in order. */
export function parsePortRange(written: string | number): PortRange | undefined {
  const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(String(written).trim());
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= 1 && first <= last && last <= 65535 ? { first, last } : undefined;
}

export const NS_PER_MS = 1e6;

/** A day: timers beyond it would only be a slip of the pen. */
const LONGEST_NS = 86_400e9;
const LARGEST_BYTES = 1e9;

const nanosecondsIn: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5, the micro sign
  μs: 1e3, // U+03BC, the Greek letter
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  min: 60e9,
  h: 3600e9,
};

const bytesIn: Readonly<Record<string, number>> = {
  b: 1,
  byte: 1,
  bytes: 1,
  kb: 1e3,
  kib: 1024,
  mb: 1e6,
  mib: 1024 ** 2,
  gb: 1e9,
};
