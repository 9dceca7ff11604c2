/** Steps of one work, each with how much of it is done, from 0 to 1: who takes them may do something else in between. */
export type Steps<Result> = Generator<number, Result, undefined>;

/** Things of a step: some milliseconds of work. */
export const AT_ONCE = 1024;

/** All steps at once. */
export function finished<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The steps of a part of the work, which goes on from one share of it to another. */
export function* part<Result>(steps: Steps<Result>, from: number, to: number): Steps<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield from + value * (to - from);
  }
}

/** The items, with a step now and then. */
export function* eachOf<Item>(
  items: readonly Item[],
  take: (item: Item, index: number) => void,
  from = 0,
  to = 1,
): Steps<void> {
  for (const [index, item] of items.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield from + (index / items.length) * (to - from);
    take(item, index);
  }
}
