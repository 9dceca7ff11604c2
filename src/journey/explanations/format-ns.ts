const units = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
] as const;

/** As a file writes a duration: `300ms`, `1.5s`. */
export function formatNs(ns: number): string {
  const [unit, size] = units.find(([, least]) => ns >= least) ?? (['ns', 1] as const);
  return `${Math.round((ns / size) * 10) / 10}${unit}`;
}
