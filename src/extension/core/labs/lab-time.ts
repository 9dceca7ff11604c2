/** Nanoseconds from one ISO time with nine decimals to another. */
export function nsBetween(from: string, to: string): number {
  return (
    (Date.parse(wholeSeconds(to)) - Date.parse(wholeSeconds(from))) * 1e6 + fraction(to) - fraction(from)
  );
}

function wholeSeconds(time: string): string {
  return time.replace(/\.\d+/, '');
}

function fraction(time: string): number {
  return Number((/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(9, '0').slice(0, 9));
}
