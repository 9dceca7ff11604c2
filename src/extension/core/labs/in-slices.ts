/** So many steps are taken in a row: a few milliseconds of work. */
export const STEPS_IN_A_ROW = 200;

/** Lets everybody else have their turn. */
export type Pause = () => Promise<void>;

const nextTurn: Pause = () => new Promise((resolve) => setTimeout(resolve, 0));

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
