import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 30_000;

/** The first value of `look` that is neither false, nullish nor an empty list. Throws with `what` when none comes. */
export async function until<T>(what: string, look: () => T | PromiseLike<T>): Promise<NonNullable<T>> {
  for (const began = Date.now(); ;) {
    const value = await look();
    if (Array.isArray(value) ? value.length > 0 : value) return value!;
    if (Date.now() - began > PATIENCE_MS) throw new Error(`waited in vain for ${what}`);
    await sleep(50);
  }
}
