import { measureForwarding, type ForwardingTimes } from '../../../comparison/forwarding-times.ts';

/** Measures turn by turn: in between everybody else has theirs, so that the editor goes on while it lasts. */
export async function measuredTimes(): Promise<ForwardingTimes> {
  const turns = measureForwarding(() => performance.now());
  for (;;) {
    const turn = turns.next();
    if (turn.done) return turn.value;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
