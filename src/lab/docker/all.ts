/** Waits for all, even when one fails: nothing may still be under way when what was made is taken away. */
export async function all(work: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * The same for work that is begun a few at a time: each start of a node keeps a processor busy, and fifty at once would
 * all take too long. After a failure nothing more is begun.
 */
export async function allOf<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const left = [...items];
  const worker = async () => {
    try {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
    } catch (error) {
      left.length = 0;
      throw error;
    }
  };
  await all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
