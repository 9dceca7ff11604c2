/** So many steps are taken in a row: a few milliseconds of work. */
export const STEPS_IN_A_ROW = 200;

/** Lets everybody else have their turn. */
export type Pause = () => Promise<void>;

export const nextTurn: Pause = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Milliseconds of work in a row, where steps say how far they are. */
const LONGEST_MS = 50;

/** Does the work, and pauses each time that some 50 ms have gone by. @param onShare May throw, which ends it. */
export async function inTurns<Result>(
  work: Generator<number, Result, undefined>,
  onShare: (share: number) => void,
  pause: Pause = nextTurn,
): Promise<Result> {
  for (let began = performance.now(); ;) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() - began < LONGEST_MS) continue;
    onShare(value);
    await pause();
    began = performance.now();
  }
}

/** Takes each step, and pauses now and then: however long the work is, nobody waits long for their turn. */
export async function inSlices<Step>(
  steps: Iterable<Step>,
  take: (step: Step) => void | Promise<void>,
  pause: Pause = nextTurn,
): Promise<void> {
  let taken = 0;
  for (const step of steps) {
    // What takes time by itself is a pause too.
    const work = take(step);
    if (work) await work;
    taken += 1;
    if (taken % STEPS_IN_A_ROW === 0) await pause();
  }
}
