/** Arithmetic of sequence numbers, modulo 2^32 (RFC 9293, section 3.4). */

export function sequenceAdd(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}

/** How far `a` is after `b`, from −2^31 to 2^31−1. */
export function sequenceDistance(a: number, b: number): number {
  return (a - b) | 0;
}

export function sequenceBefore(a: number, b: number): boolean {
  return sequenceDistance(a, b) < 0;
}

export function sequenceAfter(a: number, b: number): boolean {
  return sequenceDistance(a, b) > 0;
}
