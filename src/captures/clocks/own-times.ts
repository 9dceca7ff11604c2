/** What falls back by less is disorder in a file, not a clock that was set. */
const LEAST_STEP_NS = 10_000_000n;
/** A file with more such falls is in no order at all. */
const MOST_STEPS = 8;
/** Records on each side that say whether the same interfaces go on. */
const LOOK = 32;

/** The times of one host's records as its clock would have told them had nobody set it back. */
export interface OwnTimes {
  /** One for each record, in their order. */
  readonly times: readonly bigint[];
  /** The first time after each step back. */
  readonly breaks: readonly bigint[];
}

/**
 * A clock that is set back tells the same time twice, so that a time alone does not say when a frame was there. Where the
 * times of a file fall back and go on from there, what follows is moved behind what was before; by how much time really
 * went by is for `estimateClocks` to find. Files that are in no order, and two recordings one behind the other, are left
 * as they are.
 * @param times Of the host's records, in the order of the file.
 * @param interfaces Of each record the index of its interface.
 */
export function ownTimesOf(times: readonly bigint[], interfaces?: readonly number[]): OwnTimes {
  const falls: number[] = [];
  for (let i = 1; i < times.length && falls.length <= MOST_STEPS; i++)
    if (times[i]! < times[i - 1]! - LEAST_STEP_NS && goesOn(interfaces, i)) falls.push(i);
  if (falls.length === 0 || falls.length > MOST_STEPS) return { times, breaks: [] };
  let shift = 0n;
  let latest = times[0]!;
  const breaks: bigint[] = [];
  const moved = times.map((time, index) => {
    if (falls.includes(index)) {
      shift = latest + 1n - time;
      breaks.push(latest + 1n);
    }
    const now = time + shift;
    if (now > latest) latest = now;
    return now;
  });
  return { times: moved, breaks };
}

function goesOn(interfaces: readonly number[] | undefined, at: number): boolean {
  if (interfaces === undefined) return true;
  const before = new Set(interfaces.slice(Math.max(0, at - LOOK), at));
  return interfaces.slice(at, at + LOOK).some((one) => before.has(one));
}
