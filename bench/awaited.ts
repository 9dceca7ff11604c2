/** Looks until there is something, for twenty seconds. */
export async function awaited<Value>(look: () => Value | undefined): Promise<Value> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const value = look();
    if (value !== undefined) return value;
    await pause(20);
  }
  throw new Error('nothing came');
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
