/** Greatest common divisor of the weights above 0; 0 when there are none. */
export function commonDivisor(weights: readonly number[]): number {
  return weights.reduce((divisor, weight) => (weight > 0 ? gcd(weight, divisor) : divisor), 0);
}

export function largestWeight(weights: readonly number[]): number {
  return weights.reduce((largest, weight) => Math.max(largest, weight), 0);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Each server's part by its weight. */
export function sharesByWeight(weights: readonly number[]): readonly number[] | undefined {
  return sharesOf(weights, weights);
}

/** The same for all servers but the drained ones. */
export function evenShares(weights: readonly number[]): readonly number[] | undefined {
  const turns = weights.map((weight) => Math.min(weight, 1));
  return sharesOf(turns, turns);
}

/** `turns` among all of `dealt`, some of which may bring nobody to a server. */
export function sharesOf(turns: readonly number[], dealt: readonly number[]): readonly number[] | undefined {
  const total = dealt.reduce((sum, turn) => sum + turn, 0);
  return total > 0 ? turns.map((turn) => turn / total) : undefined;
}
