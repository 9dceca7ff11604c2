/** Takes out of the lists of a map what is useless, and the lists that are empty then. */
export function prune<K, T>(map: Map<K, T[]>, isUseless: (one: T) => boolean): void {
  for (const [key, list] of map) {
    if (!list.some(isUseless)) continue;
    const kept = list.filter((one) => !isUseless(one));
    if (kept.length === 0) map.delete(key);
    else map.set(key, kept);
  }
}
