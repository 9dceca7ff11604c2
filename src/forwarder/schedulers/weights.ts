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
