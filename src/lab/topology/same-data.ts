/** Whether two values are equal as plain data: the same scalars, lists in the same order, and maps with the same keys. */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameData(valueOf(a, key), valueOf(b, key)))
  );
}

function valueOf(map: object, key: string): unknown {
  return (map as Readonly<Record<string, unknown>>)[key];
}
