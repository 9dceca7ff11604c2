import {
  cooked,
  halfTruncated,
  inPart,
  missing,
  skewed,
  truncated,
  unfilled,
  type Damage,
} from './damage.ts';

/** How wrong clocks are that were set by each other: less than any link takes. */
const LEFT_NS = 20_000;

/** Each kind of damage by itself, and all together. */
export const damages: Readonly<Record<string, readonly Damage[]>> = {
  'nothing missing': [],
  '5 % of the records missing': [missing(5)],
  'interfaces listened to for a part of the time': [inPart],
  'cut to 96 bytes': [truncated(96)],
  'cut to 96 bytes on half of the hosts': [halfTruncated(96)],
  'clocks that differ': [skewed(LEFT_NS)],
  'a cooked capture on one host': [cooked],
  'checksums not filled in': [unfilled],
  'all of it': [missing(5), halfTruncated(96), skewed(LEFT_NS), cooked, unfilled],
  'all of it, and for a part of the time': [
    inPart,
    missing(5),
    halfTruncated(96),
    skewed(LEFT_NS),
    cooked,
    unfilled,
  ],
};
