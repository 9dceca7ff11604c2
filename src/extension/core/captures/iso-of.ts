/** ISO time with nine decimals. @param ns Since the Unix epoch. */
export function isoOf(ns: bigint): string {
  const iso = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, -5);
  return `${iso}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
}
