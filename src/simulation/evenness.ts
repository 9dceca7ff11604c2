/**
 * The largest to the mean of what each server has, each by its weight; servers without weight are left out. Null when nobody
 * has anything.
 */
export function unevenness(amounts: ArrayLike<number>, weights: readonly number[]): number | null {
  let most = 0;
  let all = 0;
  let allWeights = 0;
  weights.forEach((weight, server) => {
    if (weight <= 0) return;
    most = Math.max(most, amounts[server]! / weight);
    all += amounts[server]!;
    allWeights += weight;
  });
  return all === 0 ? null : most / (all / allWeights);
}
